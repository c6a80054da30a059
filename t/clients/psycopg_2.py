"""psycopg2: what it makes of answers, errors and notices."""
import json

import psycopg2
from psycopg2.extras import Json

from tap import contact, done, error_of, faulty_calls, known, same

conn = psycopg2.connect("")
conn.autocommit = True
cursor = conn.cursor()


def query(statement, *parameters):
    cursor.execute(statement, parameters)
    return cursor.fetchall()


def create(body):
    return query("SELECT revyops_create_contact(%s)", Json(body))[0][0]


def orders():
    return query("SELECT email, item FROM orders JOIN revyops.contact ON id = contact_id")


answer = create({"email": "Jane@acme.com", "contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}]})
field = {"id": "ID", "updated_time": "TIME", "field_name": "Industry", "field_value": "SaaS"}
same(known(answer), contact(email="jane@acme.com", contact_custom_fields=[field]), "a create gives a dict")

for sqlstate, message, detail, call, body in faulty_calls():
    e = error_of(query, "SELECT " + call.replace("BODY", "%s::jsonb"), body)
    same((type(e), e.pgcode, e.diag.message_primary, json.loads(e.diag.message_detail), e.diag.message_hint),
         (psycopg2.InternalError, sqlstate, message, detail, None), f"{sqlstate}: {message}")
same(issubclass(psycopg2.InternalError, psycopg2.IntegrityError), False, "none of them is an IntegrityError")


def order(email):
    cursor.execute("INSERT INTO orders VALUES (%s, 'book')", [create({"email": email})["id"]])
    create({"email": "taken@acme.com"})


conn.autocommit = False
e = error_of(order, "both@acme.com")
conn.rollback()
left = query("SELECT count(*) FROM revyops.contact WHERE email = 'both@acme.com'")[0][0]
same((e.pgcode, left, orders()), ("PT409", 0, []), "a contact and an own row roll back together")
conn.rollback()
conn.autocommit = True

rows = query("SELECT * FROM revyops_create_contacts(%s)", Json([{"email": "ann@acme.com"}, {"email": "ANN@acme.com"}]))
taken = {"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": rows[0][2]["id"], "duplicate_of": 1}
same([(ordinal, status, known(made), errors) for ordinal, status, made, errors in rows],
     [(1, 201, contact(email="ann@acme.com"), None), (2, 409, None, [taken])], "a batch gives a row for each")

conn.notices.clear()
create({"email": "notice@acme.com", "e_mail": "x"})
same(conn.notices, ['NOTICE:  unknown members were ignored\nDETAIL:  Ignored: "e_mail".\nHINT:  Perhaps you meant "email".\n'], "a notice names unknown members")
done()

"""psycopg 3: what it makes of answers, errors and notices."""
import json

import psycopg
from psycopg.types.json import Jsonb

from tap import contact, done, error_of, faulty_calls, known, same

conn = psycopg.connect("", autocommit=True)


def create(body):
    return conn.execute("SELECT revyops_create_contact(%s)", [Jsonb(body)]).fetchone()[0]


def orders():
    return conn.execute("SELECT email, item FROM orders JOIN revyops.contact ON id = contact_id").fetchall()


answer = create({"email": "Jane@acme.com", "contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}]})
field = {"id": "ID", "updated_time": "TIME", "field_name": "Industry", "field_value": "SaaS"}
same(known(answer), contact(email="jane@acme.com", contact_custom_fields=[field]), "a create gives a dict")

for sqlstate, message, detail, call, body in faulty_calls():
    e = error_of(conn.execute, "SELECT " + call.replace("BODY", "%s::jsonb"), [body])
    same((type(e), e.sqlstate, e.diag.message_primary, json.loads(e.diag.message_detail), e.diag.message_hint),
         (psycopg.ProgrammingError, sqlstate, message, detail, None), f"{sqlstate}: {message}")
same(issubclass(psycopg.ProgrammingError, psycopg.IntegrityError), False, "none of them is an IntegrityError")


def order(email):
    with conn.transaction():
        conn.execute("INSERT INTO orders VALUES (%s, 'book')", [create({"email": email})["id"]])
        create({"email": "taken@acme.com"})


e = error_of(order, "both@acme.com")
left = conn.execute("SELECT count(*) FROM revyops.contact WHERE email = 'both@acme.com'").fetchone()[0]
same((e.sqlstate, left, orders()), ("PT409", 0, []), "a contact and an own row roll back together")
with conn.transaction():
    try:
        with conn.transaction():
            create({"email": "taken@acme.com"})
    except psycopg.Error as e:
        existing = json.loads(e.diag.message_detail)[0]["existing_id"]
    conn.execute("INSERT INTO orders VALUES (%s, 'book')", [existing])
same(orders(), [("taken@acme.com", "book")], "after a 409 in a savepoint the transaction goes on, with the id of the contact that is there")

rows = conn.execute("SELECT * FROM revyops_create_contacts(%s)", [Jsonb([{"email": "ann@acme.com"}, {"email": "ANN@acme.com"}])]).fetchall()
taken = {"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": rows[0][2]["id"], "duplicate_of": 1}
same([(ordinal, status, known(made), errors) for ordinal, status, made, errors in rows],
     [(1, 201, contact(email="ann@acme.com"), None), (2, 409, None, [taken])], "a batch gives a row for each")

notices = []
conn.add_notice_handler(lambda d: notices.append((d.severity, d.sqlstate, d.message_primary, d.message_detail, d.message_hint)))
create({"email": "notice@acme.com", "e_mail": "x"})
same(notices, [("NOTICE", "00000", "unknown members were ignored", 'Ignored: "e_mail".', 'Perhaps you meant "email".')], "a notice names unknown members")
done()

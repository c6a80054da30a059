"""Django: what it makes of answers and errors, and rows of revyops.contact by its ORM."""
import json
import os

import django
from django.conf import settings

settings.configure(DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": os.environ["PGDATABASE"]}}, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
django.setup()

from django.db import DatabaseError, IntegrityError, InternalError, ProgrammingError, connection, models, transaction  # noqa: E402

from tap import contact, done, error_of, faulty_calls, known, same  # noqa: E402

# from 4.2 on it takes psycopg 3 if that is there
psycopg_3 = connection.Database.__name__ == "psycopg"
kind, attribute = (ProgrammingError, "sqlstate") if psycopg_3 else (InternalError, "pgcode")


class Contact(models.Model):
    """Without custom_fields, which is not granted."""
    client_id = models.IntegerField()
    email = models.TextField(null=True)
    first_name = models.TextField(default="")

    class Meta:
        app_label = "clients"
        managed = False
        db_table = 'revyops"."contact'


class Naive(models.Model):
    client_id = models.IntegerField()
    email = models.TextField(null=True)
    custom_fields = models.JSONField(default=list)

    class Meta:
        app_label = "clients"
        managed = False
        db_table = 'revyops"."contact'


def query(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall()


def create(body):
    # a cursor of Django's has jsonb as text
    return json.loads(query("SELECT revyops_create_contact(%s::jsonb)::text", json.dumps(body))[0][0])


def order(email):
    with transaction.atomic():
        query("INSERT INTO orders VALUES (%s, 'book') RETURNING item", create({"email": email})["id"])
        create({"email": "taken@acme.com"})


def code(e):
    return getattr(e.__cause__, attribute)


same(known(create({"email": "Jane@acme.com"})), contact(email="jane@acme.com"), "a create")

for sqlstate, message, detail, call, body in faulty_calls():
    e = error_of(query, "SELECT " + call.replace("BODY", "%s::jsonb"), body)
    same((type(e), code(e), e.__cause__.diag.message_primary, json.loads(e.__cause__.diag.message_detail)), (kind, sqlstate, message, detail), f"{sqlstate}: {message}")
same((issubclass(kind, DatabaseError), issubclass(kind, IntegrityError)), (True, False), "none of them is an IntegrityError")

e = error_of(order, "both@acme.com")
same((code(e), Contact.objects.filter(email="both@acme.com").count(), query("SELECT item FROM orders")), ("PT409", 0, []), "a contact and an own row roll back together")
with transaction.atomic():
    try:
        with transaction.atomic():
            create({"email": "taken@acme.com"})
    except DatabaseError as e:
        existing = json.loads(e.__cause__.diag.message_detail)[0]["existing_id"]
    query("INSERT INTO orders VALUES (%s, 'book') RETURNING item", existing)
same(query("SELECT email, item FROM orders JOIN revyops.contact ON id = contact_id"), [("taken@acme.com", "book")], "after a 409 in an inner atomic() the outer one goes on")

client = query("SELECT revyops.current_client_id()")[0][0]
e = error_of(lambda: Naive.objects.create(client_id=client, email="orm@acme.com"))
same((type(e), code(e), e.__cause__.diag.message_primary), (ProgrammingError, "42501", "permission denied for table contact"), "custom_fields in the model is refused")
row = Contact.objects.create(client_id=client, email="orm@acme.com")
same((row.id > 0, row.first_name), (True, ""), "a model without it is not")
row.first_name = "Jane"
e = error_of(row.save)
same((type(e), code(e)), (ProgrammingError, "42501"), "save() writes client_id, too")
row.save(update_fields=["first_name"])
same(list(Contact.objects.filter(email="orm@acme.com").values_list("id", "first_name")), [(row.id, "Jane")], "with update_fields it does not")
e = error_of(lambda: Contact.objects.create(client_id=client, email="orm@acme.com"))
same((type(e), code(e)), (IntegrityError, "23505"), "a direct write has the constraints' errors")
done()

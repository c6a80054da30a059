"""SQLAlchemy: what it makes of answers and errors, and rows of revyops.contact by its ORM."""
import importlib.util
import json
import logging

import sqlalchemy
from sqlalchemy import BigInteger, Column, DateTime, FetchedValue, Integer, Sequence, Text, cast, create_engine, exc, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, declarative_base

from tap import contact, done, error_of, faulty_calls, known, same

engine = create_engine("postgresql+psycopg2://")
Base = declarative_base()


class Order(Base):
    __tablename__ = "orders"
    contact_id = Column(BigInteger, primary_key=True, autoincrement=False)
    item = Column(Text)


class Contact(Base):
    """FetchedValue keeps a column without a value out of an INSERT, and the database fills it in."""
    __tablename__ = "contact"
    __table_args__ = {"schema": "revyops"}
    client_id = Column(Integer, primary_key=True, default=func.revyops.current_client_id())
    id = Column(BigInteger, primary_key=True, server_default=FetchedValue())
    email = Column(Text)
    first_name = Column(Text, server_default=FetchedValue())
    contact_status = Column(Text, server_default=FetchedValue())
    custom_fields = Column(JSONB, server_default=FetchedValue())
    updated_time = Column(DateTime(timezone=True), server_default=FetchedValue())


def other_model(**columns):
    """The same table with other columns than those that Contact has beside the keys."""
    keys = {"client_id": Column(Integer, primary_key=True, default=func.revyops.current_client_id()), "id": Column(BigInteger, primary_key=True, server_default=FetchedValue()), "email": Column(Text)}
    return type("Other", (declarative_base(),), {"__tablename__": "contact", "__table_args__": {"schema": "revyops"}, **keys, **columns})


def create(session, body):
    return session.scalar(select(func.revyops_create_contact(cast(body, JSONB))))


with Session(engine) as session, session.begin():
    answer = create(session, {"email": "Jane@acme.com", "contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}]})
field = {"id": "ID", "updated_time": "TIME", "field_name": "Industry", "field_value": "SaaS"}
same(known(answer), contact(email="jane@acme.com", contact_custom_fields=[field]), "a create gives a dict")

# the driver decides on the class; SQLAlchemy 1.4 knows psycopg2 only
drivers = {"psycopg2": (exc.InternalError, "pgcode")}
if sqlalchemy.__version__ >= "2" and importlib.util.find_spec("psycopg"):
    drivers["psycopg"] = (exc.ProgrammingError, "sqlstate")
for driver, (kind, attribute) in drivers.items():
    for sqlstate, message, detail, call, body in faulty_calls():
        with Session(create_engine(f"postgresql+{driver}://")) as session:
            e = error_of(session.execute, text("SELECT " + call.replace("BODY", "CAST(:body AS jsonb)")), {"body": body})
        same((type(e), getattr(e.orig, attribute), e.orig.diag.message_primary, json.loads(e.orig.diag.message_detail)),
             (kind, sqlstate, message, detail), f"{driver}: {sqlstate}: {message}")
    same(issubclass(kind, exc.IntegrityError), False, f"{driver}: none of them is an IntegrityError")


def order(email):
    with Session(engine) as session, session.begin():
        session.add(Order(contact_id=create(session, {"email": email})["id"], item="book"))
        session.flush()
        create(session, {"email": "taken@acme.com"})


e = error_of(order, "both@acme.com")
with Session(engine) as session:
    left = [session.scalar(select(func.count()).where(column == value)) for column, value in ((Contact.email, "both@acme.com"), (Order.item, "book"))]
same((e.orig.pgcode, left), ("PT409", [0, 0]), "a contact and an own row roll back together")

with Session(engine) as session, session.begin():
    rows = session.execute(select(text("ordinal, status, contact, errors")).select_from(
        func.revyops_create_contacts(cast([{"email": "ann@acme.com"}, {"email": "ANN@acme.com"}], JSONB)))).all()
taken = {"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": rows[0][2]["id"], "duplicate_of": 1}
same([(ordinal, status, known(made), errors) for ordinal, status, made, errors in rows],
     [(1, 201, contact(email="ann@acme.com"), None), (2, 409, None, [taken])], "a batch gives a row for each")

notices = []
logger = logging.getLogger("sqlalchemy.dialects.postgresql")
logger.setLevel(logging.INFO)
handler = logging.Handler()
handler.emit = lambda record: notices.append(record.getMessage())
logger.addHandler(handler)
with Session(engine) as session, session.begin():
    create(session, {"email": "notice@acme.com", "e_mail": "x"})
same(notices, ['NOTICE:  unknown members were ignored\nDETAIL:  Ignored: "e_mail".\nHINT:  Perhaps you meant "email".'], "the log has the notice that names unknown members")


def add(kind, **values):
    with Session(engine) as session, session.begin():
        row = kind(**values)
        session.add(row)
        session.flush()
        return row.email, row.client_id == session.scalar(select(func.revyops.current_client_id())), row.id > 0


for name, column in (("custom_fields", Column(JSONB, default=list)), ("id", Column(BigInteger, Sequence("contact_id_seq", schema="revyops"), primary_key=True))):
    e = error_of(lambda: add(other_model(**{name: column}), email="orm@acme.com"))
    same((type(e), e.orig.pgcode, e.orig.diag.message_primary), (exc.ProgrammingError, "42501", "permission denied for table contact"), f"{name} with a default of the model is refused")
e = error_of(lambda: add(other_model(first_name=Column(Text)), email="orm@acme.com"))
same((type(e), e.orig.pgcode, e.orig.diag.column_name), (exc.IntegrityError, "23502", "first_name"), "a column without a value and server_default is NULL")
same(add(Contact, email="orm@acme.com"), ("orm@acme.com", True, True), "columns with server_default=FetchedValue() are left out of an INSERT")
with Session(engine) as session, session.begin():
    session.scalar(select(Contact).where(Contact.email == "orm@acme.com")).contact_status = "Active"
with Session(engine) as session:
    row = session.scalar(select(Contact).where(Contact.email == "orm@acme.com"))
    same((row.first_name, row.contact_status, row.custom_fields, row.updated_time is None), ("", "Active", [], False), "and have their defaults; a change writes what was changed")
with Session(engine) as session:
    e = error_of(session.execute, update(Contact).values(client_id=Contact.client_id).execution_options(synchronize_session=False))
same((type(e), e.orig.pgcode), (exc.ProgrammingError, "42501"), "client_id can't be changed, not even to what it is")
e = error_of(lambda: add(Contact, email="ORM@acme.com"))
same((type(e), e.orig.pgcode, e.orig.diag.constraint_name), (exc.IntegrityError, "23514", "contact_email_canonical"), "a direct write has the constraints' errors: a key that is not canonical")
e = error_of(lambda: add(Contact, email="orm@acme.com"))
same((type(e), e.orig.pgcode, e.orig.diag.constraint_name), (exc.IntegrityError, "23505", "contact_email_key"), "and a taken one")
done()

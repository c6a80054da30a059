"""asyncpg: what it makes of answers, errors and notices."""
import asyncio
import json

import asyncpg

from tap import contact, done, faulty_calls, known, same


async def error_of(call):
    """The exception that a call ends with."""
    try:
        await call
    except asyncpg.PostgresError as e:
        return e
    raise AssertionError("there was no error")


async def main():
    conn = await asyncpg.connect()
    # without this, jsonb is text on both ways
    await conn.set_type_codec("jsonb", schema="pg_catalog", encoder=json.dumps, decoder=json.loads)

    def create(body):
        return conn.fetchval("SELECT revyops_create_contact($1)", body)

    async def order(email):
        async with conn.transaction():
            await conn.execute("INSERT INTO orders VALUES ($1, 'book')", (await create({"email": email}))["id"])
            await create({"email": "taken@acme.com"})

    field = {"id": "ID", "updated_time": "TIME", "field_name": "Industry", "field_value": "SaaS"}
    same(known(await create({"email": "Jane@acme.com", "contact_custom_fields_input": [{"field_name": "Industry", "field_value": "SaaS"}]})),
         contact(email="jane@acme.com", contact_custom_fields=[field]), "a create gives a dict")

    for sqlstate, message, detail, call, body in faulty_calls():
        e = await error_of(conn.fetch("SELECT " + call.replace("BODY", "$1::jsonb"), json.loads(body)))
        same((type(e), e.sqlstate, e.message, json.loads(e.detail), e.hint),
             (asyncpg.exceptions.UnknownPostgresError, sqlstate, message, detail, None), f"{sqlstate}: {message}")
    same(issubclass(asyncpg.exceptions.UnknownPostgresError, asyncpg.IntegrityConstraintViolationError), False, "none of them is an IntegrityConstraintViolationError")

    e = await error_of(order("both@acme.com"))
    same((e.sqlstate, await conn.fetch("SELECT id FROM revyops.contact WHERE email = 'both@acme.com'"), await conn.fetch("SELECT item FROM orders")),
         ("PT409", [], []), "a contact and an own row roll back together")

    rows = await conn.fetch("SELECT * FROM revyops_create_contacts($1)", [{"email": "ann@acme.com"}, {"email": "ANN@acme.com"}])
    taken = {"pointer": "/email", "code": "already_exists", "message": "This value is already taken.", "existing_id": rows[0]["contact"]["id"], "duplicate_of": 1}
    same([known(dict(row)) for row in rows],
         [{"ordinal": 1, "status": 201, "contact": contact(email="ann@acme.com"), "errors": None}, {"ordinal": 2, "status": 409, "contact": None, "errors": [taken]}],
         "a batch gives a row for each")

    notice = asyncio.get_running_loop().create_future()
    conn.add_log_listener(lambda _, n: notice.set_result((n.severity, n.sqlstate, n.message, n.detail, n.hint)))
    await create({"email": "notice@acme.com", "e_mail": "x"})
    same(await notice, ("NOTICE", "00000", "unknown members were ignored", 'Ignored: "e_mail".', 'Perhaps you meant "email".'), "a listener gets the notice that names unknown members")
    await conn.close()


asyncio.run(main())
done()

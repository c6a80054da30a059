"""What the programs in Python share: TAP, whole answers compared, and what a contact's answer is like."""
import json
import os
import re

count = failures = 0


def same(got, expected, name):
    """A test: passes if both are equal."""
    global count, failures
    count += 1
    if got == expected:
        print(f"ok {count} - {name}", flush=True)
        return
    failures += 1
    print(f"not ok {count} - {name}\n#      got: {got!r}\n# expected: {expected!r}", flush=True)


def done():
    """The plan, and the program's end."""
    print(f"1..{count}")
    raise SystemExit(failures != 0)


def error_of(call, *arguments):
    """The exception that a call ends with."""
    try:
        call(*arguments)
    except Exception as e:
        return e
    raise AssertionError("there was no error")


def known(answer):
    """An answer with names in place of what no test can know, where that is as it should be."""
    if isinstance(answer, list):
        return [known(a) for a in answer]
    if not isinstance(answer, dict):
        return answer
    answer = {name: known(value) for name, value in answer.items()}
    if isinstance(answer.get("id"), int) and answer["id"] > 0:
        answer["id"] = "ID"
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", answer.get("updated_time", "")):
        answer["updated_time"] = "TIME"
    return answer


def contact(**members):
    """The answer of a create, as known() shows it."""
    return {
        "id": "ID", "updated_time": "TIME", "first_name": "", "last_name": "", "origin": "", "contact_status": "",
        "contact_custom_fields": [], "previous_status": None, "status_changed_at": None, "last_reply_received": None,
        "first_campaign_email_sent": None, "last_campaign_email_sent": None, **members,
    }


def faulty_calls():
    """Calls that end with an error: SQLSTATE, message, DETAIL, the call with BODY for its parameter, the body."""
    with open(os.environ["REVYOPS_ERRORS"]) as file:
        for line in file:
            sqlstate, message, detail, call, body = line.rstrip("\n").split("\t")
            yield sqlstate, message, json.loads(detail), call, body

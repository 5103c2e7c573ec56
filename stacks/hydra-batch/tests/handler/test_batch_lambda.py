"""The function on a real server: AWS's services are played, the database is not."""

import hashlib
import io
import os
import sys
import threading
import types
import unittest
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent / "lambda"))

OBJECTS: dict[tuple[str, str], bytes] = {}
SECRETS = {"name": os.environ["HYDRA_TEST_USER"], "word": os.environ["HYDRA_TEST_PASSWORD"]}


class Services:
    """S3 and Secrets Manager as far as the function knows them."""

    def get_object(self, Bucket: str, Key: str) -> dict:
        return {"Body": io.BytesIO(OBJECTS[Bucket, Key])}

    def get_secret_value(self, SecretId: str) -> dict:
        return {"SecretString": SECRETS[SecretId]}


# In Lambda boto3 is there; here it is nobody's business.
sys.modules["boto3"] = types.SimpleNamespace(client=lambda _name: Services())

import batch_lambda  # noqa: E402
from schema_setup import LOCK, connect, set_up  # noqa: E402

SCRIPT = (HERE.parent.parent / "sql" / "schema_setup_v_0_0_1.sql").read_bytes()
TABLES = {"schema_info", "job_type", "job", "job_attribute", "job_event_type", "job_event"}
PLACE = {
    "host": "127.0.0.1",
    "port": int(os.environ["HYDRA_TEST_PORT"]),
    "database": os.environ["HYDRA_TEST_DATABASE"],
    "user": SECRETS["name"],
    "password": SECRETS["word"],
}


def call(script: bytes, **changes: str) -> dict:
    """Calls the function with the script in its bucket."""
    OBJECTS["scripts", "setup.sql"] = script
    event = {
        "script_bucket": "scripts",
        "script_key": "setup.sql",
        "script_sha256": hashlib.sha256(script).hexdigest(),
        "database_hostname": PLACE["host"],
        "database_port": str(PLACE["port"]),
        "database_name": PLACE["database"],
        "username_secret": "name",
        "password_secret": "word",
    }
    return batch_lambda.initialize_db(event | changes, None)


def ask(statement: str, *values: object) -> tuple:
    """What the server answers."""
    connection = connect(**PLACE)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            return cursor.fetchall()
    finally:
        connection.close()


def submit(uuid: str) -> None:
    ask("INSERT INTO job (uuid, type_id, name, args) VALUES (%s, 1, 'fit', '{\"epochs\": 3}')", uuid)


class TheFunction(unittest.TestCase):
    def setUp(self) -> None:
        drop = [f"DROP TABLE `{table}`" for (table,) in ask("SHOW TABLES")]
        connection = connect(**PLACE)
        with connection.cursor() as cursor:
            for statement in ["SET FOREIGN_KEY_CHECKS = 0", *drop]:
                cursor.execute(statement)
        connection.close()

    def test_it_makes_the_tables_and_fills_those_of_types(self) -> None:
        answer = call(SCRIPT)
        self.assertTrue(answer["applied"])
        self.assertEqual(answer["statements"], 15)
        self.assertEqual(answer["sha256"], hashlib.sha256(SCRIPT).hexdigest())
        self.assertEqual({name for (name,) in ask("SHOW TABLES")}, TABLES | {"hydra_schema_setup"})
        self.assertEqual(ask("SELECT COUNT(*) FROM job_type"), ((4,),))
        self.assertEqual(ask("SELECT COUNT(*) FROM job_event_type"), ((7,),))
        self.assertEqual(ask("SELECT version FROM schema_info"), (("0.0.1",),))

    def test_jobs_refer_to_types_and_parents_that_there_are_and_no_two_are_the_same(self) -> None:
        call(SCRIPT)
        submit("one")
        ask("INSERT INTO job (uuid, type_id, name, parent_id) SELECT 'two', 2, 'tune', id FROM job WHERE uuid = 'one'")
        for wrong in (
            "INSERT INTO job (uuid, type_id, name) VALUES ('one', 1, 'again')",
            "INSERT INTO job (uuid, type_id, name) VALUES ('three', 99, 'no type')",
            "INSERT INTO job (uuid, type_id, name, parent_id) VALUES ('three', 1, 'no parent', 99)",
        ):
            with self.assertRaises(Exception, msg=wrong):
                ask(wrong)
        self.assertEqual(ask("SELECT COUNT(*) FROM job"), ((2,),))

    def test_a_second_call_with_the_same_script_leaves_the_jobs_alone(self) -> None:
        call(SCRIPT)
        submit("one")
        answer = call(SCRIPT)
        self.assertEqual((answer["applied"], answer["statements"]), (False, 0))
        self.assertEqual(ask("SELECT uuid FROM job"), (("one",),))

    def test_another_script_runs_and_so_does_the_first_one_after_it(self) -> None:
        call(SCRIPT)
        submit("one")
        other = SCRIPT.replace(b"'0.0.1'", b"'0.0.2'")
        self.assertTrue(call(other)["applied"])
        self.assertEqual(ask("SELECT version FROM schema_info"), (("0.0.2",),))
        self.assertEqual(ask("SELECT COUNT(*) FROM job"), ((0,),))
        self.assertFalse(call(other)["applied"])
        self.assertTrue(call(SCRIPT)["applied"])

    def test_a_statement_that_fails_is_an_error_that_says_which_and_the_next_call_runs_all(self) -> None:
        call(SCRIPT)
        broken = SCRIPT + b"INSERT INTO nowhere VALUES (1);\nINSERT INTO job_type VALUES (5, 'late');\n"
        for _ in range(2):
            with self.assertRaisesRegex(RuntimeError, "statement 16 of the script failed.*nowhere"):
                call(broken)
        self.assertEqual(ask("SELECT COUNT(*) FROM job_type"), ((4,),))
        self.assertTrue(call(SCRIPT)["applied"], "what stopped half way is not what ran before it")

    def test_semicolons_in_texts_end_no_statement_and_a_comment_at_the_end_is_no_error(self) -> None:
        script = b"CREATE TABLE t (a VARCHAR(9));\nINSERT INTO t VALUES ('a;b;c'); -- done; really\n"
        self.assertTrue(call(script)["applied"])
        self.assertEqual(ask("SELECT a FROM t"), (("a;b;c",),))

    def test_a_script_that_is_not_the_planned_one_is_refused_and_nothing_is_touched(self) -> None:
        with self.assertRaisesRegex(RuntimeError, "is not what was deployed"):
            call(SCRIPT, script_sha256="0" * 64)
        self.assertEqual(ask("SHOW TABLES"), ())

    def test_of_two_at_the_same_time_one_runs_the_script(self) -> None:
        answers: list[dict] = []
        threads = [threading.Thread(target=lambda: answers.append(call(SCRIPT))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(answer["applied"] for answer in answers), [False, False, False, True])

    def test_the_lock_is_given_back(self) -> None:
        connection = connect(**PLACE)
        set_up(connection, b"CREATE TABLE t (a INT);")
        with self.assertRaises(RuntimeError):
            set_up(connection, b"SELECT nothing FROM nowhere;")
        self.assertEqual(ask("SELECT IS_FREE_LOCK(%s)", LOCK), ((1,),))
        connection.close()


if __name__ == "__main__":
    unittest.main()

"""Makes the tables of Hydra's jobs with a script from S3: once for each content of it."""

import hashlib
from pathlib import Path
from typing import Any

import boto3
import pymysql

from schema_setup import connect, set_up

# AWS's certificates for RDS, where somebody has put them beside this file: then the server must show one of them.
CERTIFICATES = Path(__file__).with_name("global-bundle.pem")


def initialize_db(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """What Lambda calls. The answer says whether the script ran now, or had run before."""
    script = read_script(event)
    secrets = boto3.client("secretsmanager")
    username, password = (
        secrets.get_secret_value(SecretId=event[key])["SecretString"]
        for key in ("username_secret", "password_secret")
    )
    connection = connect(
        host=event["database_hostname"],
        port=int(event.get("database_port", 3306)),
        database=event["database_name"],
        user=username,
        password=password,
        certificates=CERTIFICATES if CERTIFICATES.exists() else None,
    )
    try:
        return set_up(connection, script)
    finally:
        # What ends a connection that is broken already is not worth hiding the reason for.
        try:
            connection.close()
        except pymysql.err.Error:
            pass


def read_script(event: dict[str, Any]) -> bytes:
    """The script, if it is the one that the deployment was planned with."""
    bucket, key = event["script_bucket"], event["script_key"]
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    digest, planned = hashlib.sha256(body).hexdigest(), event.get("script_sha256")
    if planned and digest != planned:
        raise RuntimeError(f"s3://{bucket}/{key} is not what was deployed: its SHA-256 is {digest}")
    return body

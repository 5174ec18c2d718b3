"""Which MQTT broker is meant and how it is asked: the address, and from the environment what nobody else may see."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import unquote, urlsplit

from edgedigits.errors import BrokerError

if TYPE_CHECKING:
    from collections.abc import Mapping

PORTS = {"mqtt": 1883, "mqtts": 8883}
EXPECTED = "expected mqtt[s]://[USER@]HOST[:PORT][/TOPIC]"
USER, PASSWORD = "EDGEDIGITS_MQTT_USER", "EDGEDIGITS_MQTT_PASSWORD"
PASSWORD_FILE, CA_FILE = "EDGEDIGITS_MQTT_PASSWORD_FILE", "EDGEDIGITS_MQTT_CA_FILE"
CERT_FILE, KEY_FILE = "EDGEDIGITS_MQTT_CERT_FILE", "EDGEDIGITS_MQTT_KEY_FILE"
# What is published is below the topic; brokers take names of 65,535 bytes.
MOST_TOPIC_BYTES = 1000
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Broker:
    """A broker and the topic below which all is published.

    Attributes:
        host: name or number.
        port: of TCP.
        topic: without slashes at its ends.
        user: empty where none is needed.
        password: shown nowhere.
        tls: how it proves who it is; None where nothing is encrypted.

    """

    host: str
    port: int
    topic: str
    user: str = ""
    password: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = field(default=None, repr=False)

    def __str__(self) -> str:
        scheme, host = "mqtts" if self.tls else "mqtt", f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}/{self.topic}"

    @classmethod
    def parse(cls, url: str, *, environment: Mapping[str, str], node: str) -> Self:
        """Take an address apart; what is secret comes from the environment, or from the files that it names.

        Args:
            url: ``mqtt[s]://[USER@]HOST[:PORT][/TOPIC]``.
            environment: variables by name, those of the process as a rule.
            node: what this device is called, for a topic where the address has none.

        Raises:
            BrokerError: it is no such address, holds a password or a wildcard, or a file cannot be used.

        """
        try:
            parts = urlsplit(url)
            port, host = parts.port, parts.hostname
        except ValueError:  # its words would repeat what may be a password
            raise BrokerError(f"the broker's address has a host or port that is none; {EXPECTED}") from None
        if parts.password is not None:
            raise BrokerError(
                f"a password in an address is seen by all users of this machine; put it into {PASSWORD} or, "
                f"in a file, {PASSWORD_FILE}"
            )
        if parts.scheme not in PORTS or not host or port == 0:
            raise BrokerError(f"the broker's address has no mqtt or mqtts, no host or the port 0; {EXPECTED}")
        if parts.query:
            raise BrokerError(f"the broker's address has a question mark, which begins nothing there; {EXPECTED}")
        path = unquote(parts.path) + ("#" + parts.fragment if "#" in url else "")
        user, password = unquote(parts.username or "") or environment.get(USER, ""), password_of(environment)
        if password and not user:
            raise BrokerError(f"there is a password and no user; name one in {USER} or before an @ in the address")
        return cls(
            host=host,
            port=port or PORTS[parts.scheme],
            topic=topic_of(path, node=node),
            user=user,
            password=password,
            tls=tls_of(environment) if parts.scheme == "mqtts" else None,
        )


def topic_of(path: str, *, node: str) -> str:
    """Return the topic that a path of an address names.

    Raises:
        BrokerError: it is none below which one can publish.

    """
    topic = path.strip("/") or f"edgedigits/{re.sub(r'[^A-Za-z0-9_.-]', '-', node) or 'camera'}"
    if wildcards := sorted(set(topic) & {"+", "#"}):
        raise BrokerError(f"the topic {shown(topic)} has the wildcard {wildcards[0]}; name one topic to publish below")
    if topic.startswith("$") or UNSEEN.search(topic):
        raise BrokerError(
            f"the topic {shown(topic)} is none to publish below; no $ begins it, and it has visible signs"
        )
    if len(topic.encode()) > MOST_TOPIC_BYTES:
        raise BrokerError(f"the topic has {len(topic.encode())} bytes; expected at most {MOST_TOPIC_BYTES}")
    return topic


def password_of(environment: Mapping[str, str]) -> str:
    """Return the password from the environment or the file that it names.

    Raises:
        BrokerError: the file cannot be read.

    """
    if not (name := environment.get(PASSWORD_FILE)):
        return environment.get(PASSWORD, "")
    try:
        return Path(name).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        raise BrokerError(f"{PASSWORD_FILE} names {shown(name)}, which cannot be read ({reason_of(error)})") from None


def tls_of(environment: Mapping[str, str]) -> ssl.SSLContext:
    """Return what a broker is checked by: the system's authorities, or the one that the environment names.

    Raises:
        BrokerError: a file cannot be used.

    """
    authority, certificate = environment.get(CA_FILE), environment.get(CERT_FILE)
    name, file = CA_FILE, authority
    try:
        context = ssl.create_default_context(cafile=authority)
        name, file = CERT_FILE, certificate
        if certificate:
            context.load_cert_chain(certificate, environment.get(KEY_FILE), password=refuse_passphrase)
    except (OSError, ValueError) as error:
        raise BrokerError(f"{name} names {shown(file or '')}, which cannot be used ({reason_of(error)})") from None
    return context


def refuse_passphrase() -> str:
    """Stand in for the question that OpenSSL would ask at the terminal, where nobody may be."""
    raise ValueError("its key is encrypted; decrypt it with: openssl pkey -in KEY -out PLAIN")


def reason_of(error: Exception) -> str:
    """What went wrong with a file, on one line."""
    return " ".join(str(getattr(error, "strerror", None) or error).split()).lower()


def shown(text: str) -> str:
    """A text that others gave, on one line."""
    return repr(text[:200])

"""A broker's address and what the environment adds to it; whatever is wrong is one line that repeats no password."""

import shutil
import subprocess

import pytest

from edgedigits.errors import BrokerError
from edgedigits_camera.live.broker import (
    CA_FILE,
    CERT_FILE,
    KEY_FILE,
    PASSWORD,
    PASSWORD_FILE,
    USER,
    Broker,
)
from edgedigits_camera.live.discovery import announcements


def parse(url, **environment):
    return Broker.parse(url, environment=environment, node="kitchen pi")


@pytest.mark.parametrize(
    ("url", "host", "port", "topic", "shown"),
    [
        ("mqtt://hub", "hub", 1883, "edgedigits/kitchen-pi", "mqtt://hub:1883/edgedigits/kitchen-pi"),
        ("mqtts://hub", "hub", 8883, "edgedigits/kitchen-pi", "mqtts://hub:8883/edgedigits/kitchen-pi"),
        ("mqtt://10.0.0.7:99/home/meter/", "10.0.0.7", 99, "home/meter", "mqtt://10.0.0.7:99/home/meter"),
        ("mqtt://[::1]/a%20b", "::1", 1883, "a b", "mqtt://[::1]:1883/a b"),
    ],
)
def test_an_address_names_host_port_and_topic(url, host, port, topic, shown):
    broker = parse(url)
    assert (broker.host, broker.port, broker.topic, str(broker)) == (host, port, topic, shown)
    assert bool(broker.tls) == url.startswith("mqtts")


@pytest.mark.parametrize(
    "url", ["", "hub", "http://hub", "mqtt://", "mqtt:hub", "mqtt://h:x", "mqtt://h:0", "mqtt://[::1"]
)
def test_what_is_no_address_says_what_one_is(url):
    with pytest.raises(BrokerError, match=r"expected mqtt\[s\]://"):
        parse(url)


@pytest.mark.parametrize("path", ["a/#", "#", "a/+/b", "+", "a%23", "a%2Bb", "$SYS/x", "a%00b", "a%0Ab", "x" * 1001])
def test_a_topic_that_one_cannot_publish_below_is_refused(path):
    with pytest.raises(BrokerError, match="the topic") as refused:
        parse(f"mqtt://hub/{path}")
    assert "\n" not in str(refused.value)


def test_a_wildcard_is_named():
    with pytest.raises(BrokerError, match=r"'a/#' has the wildcard #"):
        parse("mqtt://hub/a/#")


def test_options_are_refused():
    with pytest.raises(BrokerError, match="question mark"):
        parse("mqtt://hub/a?retain=1")


@pytest.mark.parametrize(
    "url", ["mqtt://me:s3cret@hub", "mqtt://:s3cret@hub", "mqtt://me:s3cret", "http://me:s3cret@hub"]
)
def test_a_password_in_the_address_is_refused_and_not_repeated(url):
    with pytest.raises(BrokerError) as refused:
        parse(url)
    assert "s3cret" not in str(refused.value)


def test_user_and_password_come_from_the_environment_and_are_not_shown(tmp_path):
    broker = parse("mqtt://hub", **{USER: "me", PASSWORD: "s3cret"})
    assert (broker.user, broker.password) == ("me", "s3cret")
    assert "s3cret" not in repr(broker) + str(broker)
    (tmp_path / "password").write_text("from a file\n")
    broker = parse("mqtt://you%40home@hub", **{USER: "me", PASSWORD_FILE: str(tmp_path / "password")})
    assert (broker.user, broker.password) == ("you@home", "from a file")


def test_a_password_without_a_user_is_refused():
    with pytest.raises(BrokerError, match=f"no user; name one in {USER}"):
        parse("mqtt://hub", **{PASSWORD: "s3cret"})


@pytest.mark.parametrize("variable", [PASSWORD_FILE, CA_FILE, CERT_FILE])
def test_a_file_that_cannot_be_used_is_one_line_that_names_the_variable(variable, tmp_path):
    with pytest.raises(BrokerError, match=f"{variable} names .*gone.*no such file"):
        parse("mqtts://hub", **{variable: str(tmp_path / "gone")})
    (tmp_path / "noise").write_bytes(bytes(range(255, 100, -1)))
    with pytest.raises(BrokerError, match=f"{variable} names ") as refused:
        parse("mqtts://hub", **{variable: str(tmp_path / "noise")})
    assert "\n" not in str(refused.value)


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not installed: an encrypted key is left out")
def test_an_encrypted_key_is_refused_without_asking(tmp_path):
    key, certificate = tmp_path / "key", tmp_path / "certificate"
    command = f"openssl req -x509 -newkey rsa:2048 -passout pass:abcd -subj /CN=me -keyout {key} -out {certificate}"
    subprocess.run(command.split(), check=True, capture_output=True)
    with pytest.raises(BrokerError, match="its key is encrypted"):
        parse("mqtts://hub", **{CERT_FILE: str(certificate), KEY_FILE: str(key)})


def test_home_assistant_finds_every_value_below_the_topic():
    found = announcements("home/meter")
    assert {*found} == {
        "homeassistant/sensor/home_meter/reading/config",
        "homeassistant/event/home_meter/digit/config",
        "homeassistant/binary_sensor/home_meter/camera/config",
    }
    assert len({content["unique_id"] for content in found.values()}) == 3
    assert {content["state_topic"] for content in found.values()} == {
        "home/meter/reading",
        "home/meter/event",
        "home/meter/source",
    }
    assert all(content["availability"][0] == {"topic": "home/meter/availability"} for content in found.values())

"""What Home Assistant is told, so that the readings are there without a line of its configuration."""

from __future__ import annotations

import re
from typing import Any

from edgedigits.version import __version__
from edgedigits_camera.live.seen import EventKind

PREFIX = "homeassistant"
ORIGIN = {
    "name": "edgedigits",
    "sw_version": __version__,
    "support_url": "https://github.com/edgedigits/edgedigits",
}
# States of Home Assistant have at most 255 signs.
TEXT = "{{ value_json.text[:255] }}"
FRAMES_COME = "{{ 'offline' if value_json.waiting else 'online' }}"


def announcements(topic: str, *, prefix: str = PREFIX) -> dict[str, dict[str, Any]]:
    """Return what is published, by topic, for entities whose values are below ``topic``."""
    name = re.sub(r"[^A-Za-z0-9_-]+", "_", topic)
    here = {"topic": f"{topic}/availability"}
    seeing = {"topic": f"{topic}/source", "value_template": FRAMES_COME}
    entities: dict[tuple[str, str], dict[str, Any]] = {
        ("sensor", "reading"): {
            "name": "Reading",
            "icon": "mdi:numeric",
            "state_topic": f"{topic}/reading",
            "value_template": TEXT,
            "json_attributes_topic": f"{topic}/reading",
            "availability": [here, seeing],
            "availability_mode": "all",
        },
        ("event", "digit"): {
            "name": "Digit",
            "state_topic": f"{topic}/event",
            "event_types": [kind.value for kind in EventKind],
            "availability": [here],
        },
        ("binary_sensor", "camera"): {
            "name": "Camera",
            "device_class": "problem",
            "entity_category": "diagnostic",
            "state_topic": f"{topic}/source",
            "value_template": "{{ 'ON' if value_json.waiting else 'OFF' }}",
            "json_attributes_topic": f"{topic}/source",
            "availability": [here],
        },
    }
    device = {"identifiers": [name], "name": topic, "manufacturer": "edgedigits", "sw_version": __version__}
    return {
        f"{prefix}/{kind}/{name}/{entity}/config": {
            "unique_id": f"{name}_{entity}",
            "device": device,
            "origin": ORIGIN,
            **content,
        }
        for (kind, entity), content in entities.items()
    }

"""The live camera as a service of systemd, of the whole system or of one user."""

from edgedigits.service.manager import Status, install, journal, remove, status
from edgedigits.service.unit import Command, Service

__all__ = ["Command", "Service", "Status", "install", "journal", "remove", "status"]

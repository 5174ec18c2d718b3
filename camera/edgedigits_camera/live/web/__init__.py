"""The live camera as a web page; needs the extra ``web``.

    with Web(Address.parse("0.0.0.0:8080")) as web:
        print(web.link)
        web.show(seen)

loop -> ``sink`` -> ``board`` -> ``app``, ``streams`` -> ``access`` -> viewers
"""

from edgedigits_camera.live.web.address import Address, qr_code
from edgedigits_camera.live.web.sink import Web

__all__ = ["Address", "Web", "qr_code"]

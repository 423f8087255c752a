"""What our own tests use, for yours: a compiler that obeys orders in the text, and a real Airflow on loopback.

    from provenance.testing import FakeToolchain
    from provenance.testing.standalone import Standalone
"""

from provenance.testing.toolchain import FakeToolchain

__all__ = ["FakeToolchain"]

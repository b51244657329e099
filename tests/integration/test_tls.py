"""TLS: an authority of one's own, refused by default, accepted by ca_file; client certificates."""

from __future__ import annotations

import shutil
import subprocess
import unittest

from support import CONFIG, NOTHING, PressCase
from support import setUpModule as set_up_module


def setUpModule() -> None:
    set_up_module()
    if not shutil.which("openssl"):
        raise unittest.SkipTest("needs openssl")


class Tls(PressCase):
    def openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.dir, check=True, capture_output=True)

    def setUp(self) -> None:
        super().setUp()
        new = ("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
        for name in ("ca", "other-ca"):
            self.openssl(
                *new,
                "-x509",
                "-days",
                "2",
                "-subj",
                f"/CN={name}",
                "-keyout",
                f"{name}.key",
                "-out",
                f"{name}.pem",
            )
        self.write("names", "subjectAltName=IP:127.0.0.1,DNS:localhost\n")
        self.write("wrong-names", "subjectAltName=DNS:elsewhere.example\n")
        for name, extra in (("server", "names"), ("wrong", "wrong-names"), ("client", "names")):
            self.openssl(*new, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
            self.openssl(
                "x509",
                "-req",
                "-in",
                f"{name}.csr",
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-days",
                "2",
                "-extfile",
                extra,
                "-out",
                f"{name}.pem",
            )

    def tls(self, name: str, *arguments: str) -> str:
        server = self.server("--tls", self.path(f"{name}.pem"), self.path(f"{name}.key"), *arguments)
        return f"https://127.0.0.1:{server.port}"

    def test_an_unknown_authority_is_refused(self) -> None:
        outcome = self.press(self.tls("server"), source={"retries": 5})
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line(outcome, "ca_file", "certificate")

    def test_ca_file(self) -> None:
        self.pressed(self.tls("server"), source={"ca_file": self.path("ca.pem")})

    def test_the_wrong_authority_is_refused(self) -> None:
        outcome = self.press(self.tls("server"), source={"ca_file": self.path("other-ca.pem")})
        self.assertEqual(outcome.code, NOTHING, outcome)

    def test_the_wrong_name_is_refused(self) -> None:
        outcome = self.press(self.tls("wrong"), source={"ca_file": self.path("ca.pem")})
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line(outcome, "127.0.0.1")

    def test_plain_http_where_tls_is(self) -> None:
        outcome = self.press(self.tls("server").replace("https", "http"))
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line(outcome, "http://127.0.0.1")

    def test_tls_where_plain_http_is(self) -> None:
        outcome = self.press(self.server().url.replace("http", "https"))
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.one_line(outcome, "source.url")

    def test_a_client_certificate(self) -> None:
        url = self.tls("server", "--client-ca", self.path("ca.pem"))
        ca = self.path("ca.pem")
        outcome = self.press(url, source={"ca_file": ca})
        self.assertEqual(outcome.code, NOTHING, outcome)
        self.pressed(
            url,
            source={
                "ca_file": ca,
                "client_cert": self.path("client.pem"),
                "client_key": self.path("client.key"),
            },
        )

    def test_files_that_are_not_there_or_not_that(self) -> None:
        url = "https://127.0.0.1:9"
        self.write("rubbish.pem", "not a certificate\n")
        for source in (
            {"ca_file": self.path("missing.pem")},
            {"client_cert": self.path("missing.pem"), "client_key": self.path("client.key")},
            {"client_cert": self.path("client.pem"), "client_key": self.path("missing.key")},
        ):
            outcome = self.press(url, source=source)
            self.assertEqual(outcome.code, CONFIG, outcome)
            self.one_line(outcome, "missing")
        outcome = self.press(self.tls("server"), source={"ca_file": self.path("rubbish.pem")})
        self.assertIn(outcome.code, (NOTHING, CONFIG), outcome)
        self.one_line(outcome, "ca_file")


if __name__ == "__main__":
    unittest.main()

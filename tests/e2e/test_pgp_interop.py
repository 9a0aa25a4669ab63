"""The enclave's OpenPGP against gpg and sq as Debian has them, both ways."""

import re

import pytest

from pgp_lab import TOOL, Lab, sq, sq_asked, tool, tool_ok

TEXT = "a note\nwith a line that ends in blanks  \n- and a dash\n\u00e4\u20ac\n".encode()
# Cleartext signatures do not cover blanks at the end of a line, nor the last line's end.
CLEAR = "a note\n- and a dash\n\u00e4\u20ac".encode()


@pytest.fixture(scope="module")
def lab():
    assert TOOL.exists(), f"{TOOL}: build it first"
    made = Lab()
    yield made
    made.end()


@pytest.fixture(scope="module")
def ann(lab):
    return lab.ours()


@pytest.fixture(scope="module")
def gil(lab):
    return lab.of_gpg()


@pytest.fixture(scope="module")
def sue(lab):
    return lab.of_sq()


def people(lab, n):
    """So many certificates, by turns ours, gpg's and sq's; and how each of them decrypts."""
    certificates, readers = [], []
    for i in range(n):
        name = f"{i} <{i}@example.org>"
        if i % 3 == 0:
            place, _ = lab.ours(name)
            certificates.append(place / "certificate")
            readers.append(("ours", place))
        elif i % 3 == 1:
            fingerprint, certificate = lab.of_gpg(name)
            certificates.append(certificate)
            readers.append(("gpg", fingerprint))
        else:
            key, _, certificate = lab.of_sq(name=name)
            certificates.append(certificate)
            readers.append(("sq", key))
    return certificates, readers


def read_by(lab, reader, message):
    kind, key = reader
    if kind == "gpg":
        return lab.gpg("--try-secret-key", key, "--decrypt", message).stdout
    if kind == "sq":
        return sq("decrypt", "--recipient-key", key, message).stdout
    out = lab.path()
    tool_ok("decrypt", message, out, key)
    return out.read_bytes()


@pytest.fixture(scope="module")
def crowd(lab):
    return people(lab, 20)


@pytest.mark.parametrize("form", ["armor", "binary"])
@pytest.mark.parametrize("n", [1, 3, 20])
def test_what_we_encrypt_everybody_reads(lab, crowd, n, form):
    certificates, readers = crowd
    message = lab.path()
    tool_ok("encrypt", lab.path(TEXT), message, form, "-", *certificates[:n])
    assert message.read_bytes().startswith(b"-----BEGIN PGP MESSAGE-----") == (form == "armor")
    for reader in readers[:n]:
        assert read_by(lab, reader, message) == TEXT


@pytest.mark.parametrize("form", ["armor", "binary"])
@pytest.mark.parametrize("n", [1, 3, 20])
def test_what_others_encrypt_we_read(lab, crowd, n, form):
    certificates, readers = crowd
    to_gpg = [option for path in certificates[:n] for option in ("--recipient-file", path)]
    by_gpg = lab.gpg("--encrypt", *(["--armor"] if form == "armor" else []), *to_gpg, data=TEXT).stdout
    to_sq = [option for path in certificates[:n] for option in ("--recipient-cert", path)]
    by_sq = sq("encrypt", *(["-B"] if form == "binary" else []), *to_sq, data=TEXT).stdout
    for message in (by_gpg, by_sq):
        for reader in readers[:n:3]:
            assert read_by(lab, reader, lab.path(message)) == TEXT


def test_every_message_has_a_session_key_of_its_own(lab, sue):
    key, _, certificate = sue
    seen = set()
    for _ in range(4):
        message = lab.path()
        tool_ok("encrypt", lab.path(TEXT), message, "binary", "-", certificate)
        shown = sq("decrypt", "--recipient-key", key, "--dump-session-key", message).stderr.decode()
        seen.update(re.findall(r"Session key: ([0-9A-F]{64})\b", shown))
    assert len(seen) == 4 and all(len(set(one)) > 4 for one in seen)


def test_a_hidden_recipient_is_found(lab, ann):
    place, _ = ann
    message = lab.gpg("--encrypt", "--hidden-recipient-file", place / "certificate", data=TEXT).stdout
    assert read_by(lab, ("ours", place), lab.path(message)) == TEXT


def test_gpg_verifies_what_we_signed_and_encrypted(lab, ann, gil):
    place, fingerprint = ann
    _, certificate = gil
    message = lab.path()
    tool_ok("encrypt", lab.path(TEXT), message, "armor", place, certificate)
    text, words = lab.gpg.status("--decrypt", message)
    assert text == TEXT and "GOODSIG" in words and "DECRYPTION_OKAY" in words
    assert fingerprint.encode() in lab.gpg("--status-fd", "1", "--decrypt", message).stdout


def test_sq_verifies_what_we_signed_and_encrypted(lab, ann, sue):
    place, _ = ann
    key, _, certificate = sue
    message = lab.path()
    tool_ok("encrypt", lab.path(TEXT), message, "binary", place, certificate)
    done = sq("decrypt", "--recipient-key", key, "--signer-cert", place / "certificate", "-n", "1", message)
    assert done.stdout == TEXT and b"1 good signature" in done.stderr


def signature_of(answer):
    return answer.one("signature").split(" ", 2)


def test_we_verify_what_others_signed_and_encrypted(lab, ann, gil, sue):
    place, _ = ann
    gpg_key, gpg_certificate = gil
    sq_key, _, sq_certificate = sue
    to = place / "certificate"
    by_gpg = lab.gpg("--sign", "--local-user", gpg_key, "--encrypt", "--recipient-file", to, data=TEXT).stdout
    by_sq = sq("encrypt", "--signer-key", sq_key, "--recipient-cert", to, data=TEXT).stdout
    for message, signer, name in ((by_gpg, gpg_certificate, "Gil <gil@example.org>"),
                                  (by_sq, sq_certificate, "Sue <sue@example.org>")):
        out = lab.path()
        answer = tool_ok("decrypt", lab.path(message), out, place, signer)
        assert out.read_bytes() == TEXT and answer.one("valid") == "1"
        status, fingerprint, who = signature_of(answer)
        assert (status, len(fingerprint), who) == ("valid", 40, name)
        unknown = tool_ok("decrypt", lab.path(message), out, place)
        assert unknown.one("valid") == "0" and signature_of(unknown)[0] == "unknown-key"


@pytest.mark.parametrize("form", ["armor", "binary"])
@pytest.mark.parametrize("algorithm", ["ed25519", "rsa3072", "p256"])
def test_others_verify_what_we_signed(lab, algorithm, form):
    place, _ = lab.ours(f"{algorithm} {form} <signer@example.org>", algorithm)
    note = lab.path(TEXT)
    inline, cleartext, detached = lab.path(), lab.path(), lab.path()
    tool_ok("sign", "inline", note, inline, form, place)
    tool_ok("sign", "cleartext", lab.path(CLEAR), cleartext, form, place)
    tool_ok("sign", "detached", note, detached, form, place)
    signer = ["--signer-cert", place / "certificate"]
    text, words = lab.gpg.status("--decrypt", inline)
    assert text == TEXT and "GOODSIG" in words
    assert sq("verify", *signer, inline).stdout == TEXT
    text, words = lab.gpg.status("--decrypt", cleartext)
    assert text.strip() == CLEAR and "GOODSIG" in words
    assert sq("verify", *signer, cleartext).stdout.strip() == CLEAR
    assert "GOODSIG" in lab.gpg.status("--verify", detached, note)[1]
    sq("verify", *signer, "--detached", detached, note)
    assert "BADSIG" in lab.gpg.status("--verify", detached, lab.path(TEXT + b"!"), ok=False)[1]


@pytest.mark.parametrize("form", ["armor", "binary"])
def test_we_verify_what_others_signed(lab, gil, sue, form):
    gpg_key, gpg_certificate = gil
    sq_key, _, sq_certificate = sue
    note, clear = lab.path(TEXT), lab.path(CLEAR)
    gpg = ["--local-user", gpg_key] + (["--armor"] if form == "armor" else [])
    sue_signs = ["sign", "--signer-key", sq_key] + (["-B"] if form == "binary" else [])
    made = {
        "gpg": (gpg_certificate, lab.gpg(*gpg, "-o", "-", "--sign", note).stdout,
                lab.gpg(*gpg, "-o", "-", "--clearsign", clear).stdout,
                lab.gpg(*gpg, "-o", "-", "--detach-sign", note).stdout),
        "sq": (sq_certificate, sq(*sue_signs, note).stdout,
               sq("sign", "--signer-key", sq_key, "--cleartext-signature", clear).stdout,
               sq(*sue_signs, "--detached", note).stdout),
    }
    for certificate, inline, cleartext, detached in made.values():
        out = lab.path()
        answer = tool_ok("verify", lab.path(inline), out, certificate)
        assert signature_of(answer)[0] == "valid" and out.read_bytes() == TEXT
        answer = tool_ok("verify", lab.path(cleartext), out, certificate)
        assert signature_of(answer)[0] == "valid" and out.read_bytes().strip() == CLEAR
        answer = tool_ok("detached", note, lab.path(detached), certificate)
        assert signature_of(answer)[0] == "valid" and answer.one("valid") == "1"
        answer = tool_ok("detached", lab.path(TEXT + b"!"), lab.path(detached), certificate)
        assert signature_of(answer)[0] == "bad" and answer.one("valid") == "0"
        answer = tool_ok("verify", lab.path(cleartext.replace(b"a note", b"a mote")), out, certificate)
        assert signature_of(answer)[0] == "bad"
        assert tool("verify", lab.path(cleartext[:-60]), out, certificate).word == "truncated"


def test_compressed_messages_of_gpg_are_read(lab, ann):
    place, _ = ann
    text = b"again and again " * 100000
    for algorithm in ("zip", "zlib", "bzip2"):
        message = lab.gpg("--compress-algo", algorithm, "--encrypt", "--recipient-file", place / "certificate",
                          data=text).stdout
        assert read_by(lab, ("ours", place), lab.path(message)) == text


def test_a_message_without_integrity_protection_is_refused(lab, ann):
    place, _ = ann
    message = lab.gpg("--rfc2440", "--cipher-algo", "AES", "--disable-mdc", "--encrypt", "--recipient-file",
                      place / "certificate", data=TEXT)
    packets = lab.gpg("--list-packets", data=message.stdout, ok=False).stdout
    assert b"tag=9 " in packets and b"mdc_method" not in packets
    out = lab.path()
    assert tool("decrypt", lab.path(message.stdout), out, place).word == "unsupported"
    assert not out.exists()


def test_expiry_is_the_same_everywhere(lab):
    place, fingerprint = lab.ours("Eve <eve@example.org>", expires=86400)
    fields = lab.gpg.fields(fingerprint)
    assert int(fields[6]) - int(fields[5]) == 86400
    theirs, certificate = lab.of_gpg("Exp <exp@example.org>", expires="2d")
    answer = tool_ok("keys", certificate, lab.place())
    assert int(answer.one("expires")) == int(lab.gpg.fields(theirs)[6])
    _, _, sue = lab.of_sq("--expires-in", "3d", name="Sun <sun@example.org>")
    answer = tool_ok("keys", sue, lab.place())
    assert abs(int(answer.one("expires")) - int(answer.one("created")) - 3 * 86400) <= 1


def test_an_expired_key_of_theirs_is_refused(lab, ann):
    key, _, certificate = lab.of_sq("--creation-time", "20200101T0000Z", "--expires", "20210101T0000Z",
                                    name="Old <old@example.org>")
    answer = tool_ok("keys", certificate, lab.place())
    assert "expired" in answer.one("state").split() and "encrypt" not in answer.one("state").split()
    refused = tool("encrypt", lab.path(TEXT), lab.path(), "armor", "-", ann[0] / "certificate", certificate)
    assert (refused.word, refused.one("culprit")) == ("expired-key", answer.one("fingerprint"))
    signed = sq("sign", "--time", "20200601T0000Z", "--signer-key", key, data=TEXT).stdout
    answer = tool_ok("verify", lab.path(signed), lab.path(), certificate)
    assert signature_of(answer)[0] == "key-expired" and answer.one("valid") == "0"


def test_gpg_and_sq_know_our_revocations(lab):
    place, fingerprint = lab.ours("Rob <rob@example.org>")
    note, detached = lab.path(TEXT), lab.path()
    tool_ok("sign", "detached", note, detached, "armor", place)
    assert "GOODSIG" in lab.gpg.status("--verify", detached, note)[1]
    lab.gpg("--import", place / "revocation")
    assert lab.gpg.fields(fingerprint)[1] == "r"
    certificate, revocation = lab.path(), lab.path()
    answer = tool_ok("revoke", place, "superseded", certificate, revocation)
    assert "revoked" in answer.one("state").split()
    shown = sq("inspect", certificate).stdout
    assert b"Revoked:" in shown and b"superseded" in shown
    answer = tool_ok("detached", note, detached, certificate)
    assert signature_of(answer)[0] == "key-revoked"
    refused = tool("encrypt", note, lab.path(), "armor", "-", certificate)
    assert (refused.word, refused.one("culprit")) == ("revoked-key", fingerprint)


def test_we_know_revocations_of_gpg_and_sq(lab):
    fingerprint, certificate = lab.of_gpg("Rev <rev@example.org>")
    made = (lab.gpg.home / f"openpgp-revocs.d/{fingerprint}.rev").read_bytes()
    revocation = lab.path(made.replace(b":-----BEGIN", b"-----BEGIN"))
    answer = tool_ok("revoked", certificate, revocation, lab.path())
    assert "revoked" in answer.one("state").split()
    _, revocation, certificate = lab.of_sq(name="Rex <rex@example.org>")
    answer = tool_ok("revoked", certificate, revocation, lab.path())
    assert "revoked" in answer.one("state").split()
    other = lab.ours("Una <una@example.org>")[0] / "certificate"
    assert tool("revoked", other, revocation, lab.path()).word == "bad-key"


def test_secret_keys_of_gpg_come_in_and_go_back(lab):
    fingerprint, _ = lab.of_gpg("Sec <sec@example.org>", passphrase="first one")
    exported = lab.path(lab.gpg("--armor", "--export-secret-keys", fingerprint, passphrase="first one").stdout)
    place = lab.place()
    assert tool("import", exported, "wrong", place).word == "wrong-passphrase"
    answer = tool_ok("import", exported, "first one", place)
    assert answer.one("fingerprint") == fingerprint and ["protected"] in answer.facts
    message = lab.gpg("--encrypt", "--recipient", fingerprint, data=TEXT).stdout
    assert read_by(lab, ("ours", place), lab.path(message)) == TEXT
    out = lab.path()
    tool_ok("export", place, "another one", out)
    lab.gpg("--delete-secret-keys", fingerprint)
    lab.gpg("--import", out, passphrase="another one")
    assert lab.gpg("--decrypt", lab.path(message), passphrase="another one").stdout == TEXT


def test_a_passphrase_changed_by_gpg_is_the_one_that_opens(lab):
    place, fingerprint = lab.ours("Pat <pat@example.org>")
    exported = lab.path()
    tool_ok("export", place, "first one", exported)
    lab.gpg("--import", exported, passphrase="first one")
    lab.gpg.change_passphrase(fingerprint, "first one", "second one")
    again = lab.path(lab.gpg("--export-secret-keys", fingerprint, passphrase="second one").stdout)
    assert tool("import", again, "first one", lab.place()).word == "wrong-passphrase"
    assert tool_ok("import", again, "second one", lab.place()).one("fingerprint") == fingerprint


def test_secret_keys_of_sq_come_in_and_go_back(lab, sue):
    key, _, certificate = sue
    place = lab.place()
    answer = tool_ok("import", key, "", place)
    assert ["unprotected"] in answer.facts
    message = lab.path(sq("encrypt", "--recipient-cert", certificate, data=TEXT).stdout)
    assert read_by(lab, ("ours", place), message) == TEXT
    exported, changed, bare = lab.path(), lab.path(), lab.path()
    tool_ok("export", place, "first one", exported)
    sq_asked(["key", "password", "-o", changed, exported], ["first one", "second one", "second one"])
    assert tool("import", changed, "first one", lab.place()).word == "wrong-passphrase"
    tool_ok("import", changed, "second one", lab.place())
    sq_asked(["key", "password", "--clear", "-o", bare, exported], ["first one"])
    assert sq("decrypt", "--recipient-key", bare, message).stdout == TEXT


def test_gpg_and_sq_take_our_secret_keys(lab):
    for algorithm in ("ed25519", "rsa3072", "p256"):
        place, fingerprint = lab.ours(f"Own {algorithm} <own@example.org>", algorithm)
        exported, bare, message = lab.path(), lab.path(), lab.path()
        tool_ok("export", place, "p\u00e4ss", exported)
        tool_ok("encrypt", lab.path(TEXT), message, "armor", "-", place / "certificate")
        lab.gpg("--import", exported, passphrase="p\u00e4ss")
        assert lab.gpg("--decrypt", message, passphrase="p\u00e4ss").stdout == TEXT
        detached = lab.gpg("--armor", "--local-user", fingerprint, "--detach-sign", data=TEXT, passphrase="p\u00e4ss")
        answer = tool_ok("detached", lab.path(TEXT), lab.path(detached.stdout), place / "certificate")
        assert signature_of(answer)[0] == "valid"
        sq_asked(["key", "password", "--clear", "-o", bare, exported], ["p\u00e4ss"])
        assert sq("decrypt", "--recipient-key", bare, message).stdout == TEXT


def test_a_stub_of_a_secret_key_is_refused(lab):
    fingerprint, _ = lab.of_gpg("Off <off@example.org>", passphrase="pw")
    stub = lab.path(lab.gpg("--export-secret-subkeys", fingerprint, passphrase="pw").stdout)
    assert tool("import", stub, "pw", lab.place()).word == "unsupported"


def test_a_certificate_is_no_secret_key(lab, gil):
    _, certificate = gil
    assert tool("import", certificate, "pw", lab.place()).word == "no-secret-key"

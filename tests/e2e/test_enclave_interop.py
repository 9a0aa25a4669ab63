"""Messages and keys of gpg and sq through the whole stack, both ways."""

import pytest

import enclave
from enclave import sq


@pytest.fixture
def app(tmp_path):
    app = enclave.App(tmp_path)
    yield app
    app.stop()


@pytest.fixture
def main(app):
    return enclave.Enclave(app.start())


@pytest.fixture
def gpg(tmp_path):
    gpg = enclave.Gpg(tmp_path)
    yield gpg
    gpg.close()


def test_gpg(main, gpg):
    key = main.generate()
    name = key["fingerprint"]
    main.unlock(key)
    gpg.run("--passphrase", "", "--quick-generate-key", "Hrothgar <h@example.org>", "default", "default", "never")
    [other] = main.call("import_public_key", body=gpg.run("--export"))["keys"]
    gpg.run("--import", input=key["public_key"].encode())
    for armor in ((), ("--armor",)):
        sealed = gpg.run(*armor, "--recipient", name, "--sign", "--encrypt", input=b"from gpg")
        opened = main.call("decrypt", body=sealed)
        assert (opened["data"], opened["valid"], opened["key"]) == (b"from gpg", True, name)
        assert opened["signatures"][0]["fingerprint"] == other["fingerprint"]
    sealed = main.call("encrypt", to=[other["fingerprint"], name], sign_with=name, text="for gpg")["armored"]
    assert gpg.run("--decrypt", input=sealed.encode()) == b"for gpg"
    hidden = gpg.run("--hidden-recipient", name, "--encrypt", input=b"for somebody")
    assert main.call("decrypt", body=hidden)["data"] == b"for somebody"
    detached = gpg.run("--detach-sign", input=b"data")
    assert main.call("verify", body=b"data", signature=detached)["valid"] is True


def test_sq(main, tmp_path):
    key = main.generate()
    name = key["fingerprint"]
    main.unlock(key)
    files = {what: tmp_path / what for what in ("sq.key", "sq.cert", "ours", "text", "sealed", "signed")}
    sq("key", "generate", "--userid", "Wealhtheow <w@example.org>", "--export", files["sq.key"])
    files["sq.cert"].write_bytes(sq("key", "extract-cert", files["sq.key"]))
    files["ours"].write_text(key["public_key"])
    files["text"].write_bytes(b"a note")
    [other] = main.call("import_public_key", body=files["sq.cert"].read_bytes())["keys"]
    assert other["user_ids"] == ["Wealhtheow <w@example.org>"] and sorted(other["can"]) == ["encrypt", "sign"]
    # sq signs with a subkey: it is found among all certificates.
    sealed = sq("encrypt", "--recipient-cert", files["ours"], "--signer-key", files["sq.key"], files["text"])
    opened = main.call("decrypt", body=sealed)
    assert (opened["data"], opened["valid"], opened["key"]) == (b"a note", True, name)
    assert opened["signatures"][0]["fingerprint"] == other["fingerprint"]
    files["sealed"].write_text(main.call("encrypt", to=[other["fingerprint"]], text="for sq")["armored"])
    assert sq("decrypt", "--recipient-key", files["sq.key"], files["sealed"]) == b"for sq"
    files["signed"].write_text(main.call("sign", key=name, mode="inline", text="by us")["armored"])
    assert sq("verify", "--signer-cert", files["ours"], files["signed"]) == b"by us"

"""Coverage-guided fuzzing of the token parser, by atheris: `make fuzz` runs it where atheris installs.

The fuzzer's bytes are the text of a token, signed as a shop would sign it, so what it explores is the parser behind the
signature. Anything but a token that comes back whole, or a TokenError, is a find: atheris stops with the input.
"""

import hashlib
import hmac
import sys

import atheris

with atheris.instrument_imports(include=["station.domain.token", "station.domain.floor"]):
    from station.domain.floor import parse_child, parse_transit
    from station.domain.token import decode, encode, name_of, parse_name
    from station.errors import TokenError

KEY = b"k" * 32
SEED = (
    b'{"order":"01jd9q3v7k8m2n4pqrst0wxyz0","number":"t1-042","mode":"eat_in","placed_at":"2026-11-23T09:30:00Z",'
    b'"placed_by":"Mia","placed_on":"till1","lines":[{"id":"01jd9q3v7k8m2n4pqrst0wxyz1","item":'
    b'"01jd9q3v7k8m2n4pqrst0wxyz2","name":"Burger","count":2,"group":"grill","modifiers":[{"id":'
    b'"01jd9q3v7k8m2n4pqrst0wxyz3","name":"No onion","effect":"removed"}],"allergens":{"gluten":"contains"}}]}'
)


def one(data: bytes) -> None:
    try:
        body = decode(b"SSS/1 " + hmac.new(KEY, data, hashlib.sha256).hexdigest().encode() + b"\n" + data, KEY)
    except TokenError:
        pass
    else:
        assert decode(encode(body, KEY), KEY, name_of(body)) == body
    text = data.decode("utf-8", "replace")
    for parse in (parse_name, parse_transit, parse_child):
        try:
            found = parse(text)
        except TokenError:
            continue
        assert parse is not parse_name or str(found) == text


def main() -> None:
    corpus = sys.argv[1]
    with open(f"{corpus}/seed", "wb") as file:  # noqa: PTH123 - atheris wants plain paths
        file.write(SEED)
    atheris.Setup([sys.argv[0], corpus, *sys.argv[2:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()

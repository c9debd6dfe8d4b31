#!/usr/bin/env bash
# Python packages beyond Debian's, as hashed wheels
target=$ROOT/usr/lib/station/packages
python3 - "$TOP/requirements.txt" > "$WORK/requirements.txt" << 'PY'
import re, sys
# evdev has no wheel: it is Debian's. The others are for other systems.
skip = ("evdev", "colorama", "sspilib")
text = open(sys.argv[1]).read()
blocks = re.split(r"(?m)^(?=[a-z0-9])", text)
print("".join(block for block in blocks if not block.startswith(tuple(f"{name}==" for name in skip))))
PY
pip=$TOP/.venv/bin/pip
[ -x "$pip" ] || pip="python3 -m pip"
version=$(basename "$(ls -d "$ROOT"/usr/lib/python3.[0-9]*)")
$pip download --quiet --disable-pip-version-check --no-deps --require-hashes -r "$WORK/requirements.txt" --dest "$CACHE/wheels" \
  --python-version "${version#python}" --implementation cp --only-binary=:all: \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform any
rm -rf "$target"
$pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$WORK/requirements.txt" --target "$target" --no-compile \
  --no-index --find-links "$CACHE/wheels" --python-version "${version#python}" --implementation cp --only-binary=:all: \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_17_x86_64 --platform manylinux2014_x86_64 --platform any
# Of no use at run time: tests, examples, headers, what pygame brings for drawing lessons.
rm -rf "$target"/bin "$target"/include "$target"/pygame/{docs,examples,tests,freetype*}.so "$target"/pygame/{docs,examples,tests} "$target"/test "$target"/tests
find "$target" -depth -type d \( -name tests -o -name testing -o -name docs \) -path '*/sqlalchemy/testing*' -prune -o -name '*.pyi' -print0 | xargs -0 rm -f
echo /usr/lib/station/packages > "$ROOT/usr/lib/python3/dist-packages/station.pth"

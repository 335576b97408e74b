# Unpacks the parts of a wheel that start with one of the given prefixes, keeping the permissions.
# usage: unpack-wheel.py WHEEL FOLDER PREFIX...
import os
import sys
import zipfile

wheel, folder, *prefixes = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    for member in archive.infolist():
        if member.is_dir() or not member.filename.startswith(tuple(prefixes)):
            continue
        path = archive.extract(member, folder)
        mode = member.external_attr >> 16 & 0o777
        if mode:
            os.chmod(path, mode)

"""Reads forms with python-multipart: a line of JSON in, [content type, body]; a line out, its parts."""

import base64
import json
import sys

from python_multipart.multipart import MultipartParser, parse_options_header


def parts_of(content_type: str, body: bytes) -> list:
    _, options = parse_options_header(content_type)
    parts, headers, name, value, data = [], {}, bytearray(), bytearray(), bytearray()

    def header_end() -> None:
        headers[bytes(name).lower()] = bytes(value)
        name.clear()
        value.clear()

    def part_end() -> None:
        _, said = parse_options_header(headers[b"content-disposition"])
        filename = said.get(b"filename")
        file_type = headers.get(b"content-type") if filename is not None else None
        parts.append(
            [
                said[b"name"].decode(),
                None if filename is None else filename.decode(),
                None if file_type is None else file_type.decode(),
                base64.b64encode(bytes(data)).decode(),
            ]
        )
        headers.clear()
        data.clear()

    parser = MultipartParser(
        options[b"boundary"],
        {
            "on_header_field": lambda chunk, start, end: name.extend(chunk[start:end]),
            "on_header_value": lambda chunk, start, end: value.extend(chunk[start:end]),
            "on_header_end": header_end,
            "on_part_data": lambda chunk, start, end: data.extend(chunk[start:end]),
            "on_part_end": part_end,
        },
    )
    parser.write(body)
    parser.finalize()
    return parts


for line in sys.stdin:
    declared, encoded = json.loads(line)
    print(json.dumps(parts_of(declared, base64.b64decode(encoded))))

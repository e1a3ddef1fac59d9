def part_key(part: str) -> list[int | list[int]]:
    """A part of a version as a list that sorts as dpkg sorts it: text and numbers in turn."""
    pieces = re.split(r"(\d+)", part)
    key: list[int | list[int]] = []
    for text, number in zip(pieces[::2], [*pieces[1::2], "0"]):
        key.append([letter_order(letter) for letter in text] + [0])
        key.append(int(number))
    return key

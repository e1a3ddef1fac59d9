def part_key(part: str) -> list[int | list[int]]:
    """A part of a version as a list that sorts as dpkg sorts it: text and numbers in turn."""
    dot = letter_order(".")
    key: list[int | list[int]] = []
    for text, number in re.findall(r"(\D*)(\d*)", part):
        if text == ".":
            key.append([dot, 0])
        else:
            key.append([letter_order(letter) for letter in text] + [0] if text else [0])
        key.append(int(number) if number else 0)
    return key

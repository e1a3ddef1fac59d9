def part_key(part: str) -> list[int | list[int]]:
    """A part of a version as a list that sorts as dpkg sorts it: text and numbers in turn."""
    key: list[int | list[int]] = []
    append = key.append
    for text, number in re.findall(r"(\D*)(\d*)", part):
        append([letter_order(letter) for letter in text] + [0])
        append(int(number or 0))
    return key

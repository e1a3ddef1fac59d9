"""What a recording is: immutable columns, written only through `RecordingBuilder`."""

"""NOUNS: frozen values with their laws; standard library only. Nothing here opens a file, a socket or a process."""

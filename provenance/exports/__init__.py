"""What others read: pictures of what was measured. Nothing here decides anything."""

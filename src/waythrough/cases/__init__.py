"""Cases shipped with Waythrough: data, and the loader that reads it."""

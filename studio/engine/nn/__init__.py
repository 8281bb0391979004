"""Our own modules: each readable alone, because its text is copied into generated programs.

They import nothing but torch and math.
"""

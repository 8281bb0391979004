"""What opens over the window and never stops it: no dialog is executed, all are opened."""

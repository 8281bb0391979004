"""The live views of a run: a panel is one file of ``panels/``, found by being there.

Decision: charts are painted by our own small widgets. pyqtgraph's automatic reduction hides the
newest points, and a curve of width 2 costs it a hundred times what ``drawLines`` takes.
"""

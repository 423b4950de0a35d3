"""Wellbook's reports: one library for the close package and for notebooks.

| module | what it holds |
|---|---|
| `scope`, `problem` | which company and period; what went wrong, in one line |
| `database`, `frames` | queries that return typed frames; the schemas that check them |
| `statements`, `operating`, `facts` | what is read: the ledger's statements, the operating marts, the data's position |
| `controls` | totals that must agree |
| `package` | all of that for one company and period, of one moment |
| `charts` | figures as SVG, the same bytes each time |
| `pdf`, `workbook` | the close package as PDF and as an Excel workbook |
| `detail`, `explore` | what notebooks read beyond that, and how they show it |
| `notebooks` | executes the notebooks and prints them as HTML |
| `command` | the command line |
"""

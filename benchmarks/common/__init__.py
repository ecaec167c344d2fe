"""What every section needs: texts, child processes, tables, the machine in words."""

"""The inspector: forms and facts for what is selected."""

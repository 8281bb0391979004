"""Small widgets that know nothing of experiments: fields, bars, pictures, empty states."""

"""What reading a visitor's file is made of; `ecgmodel.records.imports.text_file` puts it together."""

"""What reading a visitor's file is made of; `ecgmodel.records.csv_import` puts it together."""

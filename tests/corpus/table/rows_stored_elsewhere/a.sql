
CREATE TABLE address (street text, code text);
CREATE TABLE person (id integer, home address, others address[]);

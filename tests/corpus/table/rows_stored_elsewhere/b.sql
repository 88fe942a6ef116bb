
CREATE TABLE address (code integer, street text);
CREATE TABLE person (id integer, home address, others address[]);

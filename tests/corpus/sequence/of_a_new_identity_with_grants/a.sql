CREATE ROLE counter;
CREATE TABLE old (id integer NOT NULL);

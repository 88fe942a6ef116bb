
CREATE SEQUENCE ids START 100;
CREATE TABLE t (id integer DEFAULT nextval('ids') NOT NULL);
CREATE VIEW last AS SELECT last_value FROM ids;


CREATE SEQUENCE ids AS integer;

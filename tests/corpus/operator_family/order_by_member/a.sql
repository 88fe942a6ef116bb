create operator family fam using gist;

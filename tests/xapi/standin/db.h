// SPDX-License-Identifier: LGPL-2.1-only
/*
 * xapi's database: for each class a struct of records by reference. One thread
 * at a time may use it, and must hold the lock.
 */
#ifndef STANDIN_DB_H
#define STANDIN_DB_H

#include "values.h"

/* Starts empty, or with what the file holds; false if it cannot be read. Later
 * changes go to the file. NULL: no file. */
bool db_open(const char *file);

void db_lock(void);
void db_unlock(void);

/* All records of a class; NULL if xapi (as far as this is one) has no such
 * class. */
value *db_table(const char *class);

/* NULL if there is none. */
value *db_record(const char *class, const char *ref);
const char *db_find(const char *class, const char *field, const char *text);

/* Adds the record, with a uuid if it has none; its reference. */
const char *db_add(const char *class, value *record);

/* Sets a field, and the same for a record's removal. */
void db_set(const char *class, const char *ref, const char *field, value *item);
void db_remove(const char *class, const char *ref);

const char *new_uuid(void);

#endif

// SPDX-License-Identifier: LGPL-2.1-only
/*
 * Calls of programs, as xapi writes them: no XML header, no white space, no
 * types of strings (xapi's ocaml/xapi/sm_exec.ml and its XMLRPC.To).
 */
#ifndef STANDIN_XML_H
#define STANDIN_XML_H

#include "sm_exec.h"

const char *sm_call_xml(const struct sm_call *call);
const char *plugin_call_xml(const char *function, const char *session_ref,
			    value *arguments);

#endif

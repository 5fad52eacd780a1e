/* vrfs-state of wasl-frr-l3vpn for netconfd: a virtual node, whose values are made from FRR's at each <get>.

   netconfd loads libMODULE.so for a module that it is started with and calls y_MODULE_init, _init2 and _cleanup. Whatever goes wrong here
   costs the part of an answer it belongs to and is said in the leaf trouble: netconfd itself goes on. */
#include <json-c/json.h>
#include <libxml/xmlstring.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "procdefs.h"
#include "agt.h"
#include "agt_ncx.h"
#include "agt_rpc.h"
#include "cfg.h"
#include "getcb.h"
#include "log.h"
#include "ncx.h"
#include "ncxmod.h"
#include "obj.h"
#include "val.h"
#include "val_util.h"
#include "zebra.h"

#define MODULE "wasl-frr-l3vpn"
#define AGENT_FILE "/run/netconf/agent.json" /* written by agent/status.py */
#define ANSWER_MS 2000        /* for all questions of one <get> together; netconfd does nothing else meanwhile */
#define PENDING_ANSWER_MS 400 /* while a confirmed commit is pending: its timer needs a second of netconf_filter.py's 1.6 */
#define LOOK_SECONDS_MAX 15.0 /* three of the agent's polls */
#define VRFS_MAX 1000         /* this and the next two: max-elements of the module */
#define ROUTES_MAX 1000
#define NEXT_HOPS_MAX 16
#define HELD_SECONDS 60 /* see hold_answer; far above what writing a reply takes */
#define SECOND_CHARACTERS 19 /* 2026-11-22T08:21:05 */

static obj_template_t *state_object;

static double wall_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The add functions take a NULL parent, which an add before has returned for lack of memory, and do nothing then. */

static val_value_t *add_node(val_value_t *parent, const char *name) {
  obj_template_t *object = parent == NULL ? NULL : obj_find_child(parent->obj, BAD_CAST MODULE, BAD_CAST name);
  val_value_t *value = object == NULL ? NULL : val_new_value();
  if (value == NULL) return NULL;
  val_init_from_template(value, object);
  val_add_child(value, parent);
  return value;
}

static bool add_leaf(val_value_t *parent, const char *name, const char *text) {
  obj_template_t *object = parent == NULL ? NULL : obj_find_child(parent->obj, BAD_CAST MODULE, BAD_CAST name);
  if (object == NULL || text == NULL) return false;
  status_t status = NO_ERR;
  val_value_t *value = val_make_simval_obj(object, BAD_CAST text, &status);
  if (value == NULL)
    log_error("\n%s: %s is not a value of %s: %s", MODULE, text, name, get_error_string(status));
  else
    val_add_child(value, parent);
  return value != NULL;
}

static void add_boolean(val_value_t *parent, const char *name, bool yes) { add_leaf(parent, name, yes ? "true" : "false"); }

static void add_number(val_value_t *parent, const char *name, size_t number) {
  char text[24];
  snprintf(text, sizeof text, "%zu", number);
  add_leaf(parent, name, text);
}

/* As date-and-time; empty where there is no such time. */
static const char *time_text(struct json_object *seconds, char *text, size_t room) {
  double exact = json_object_get_double(seconds);
  time_t whole = (time_t)exact;
  struct tm parts;
  size_t length = seconds == NULL || gmtime_r(&whole, &parts) == NULL ? 0 : strftime(text, room, "%Y-%m-%dT%H:%M:%S", &parts);
  if (length == 0)
    *text = 0;
  else
    snprintf(text + length, room - length, ".%03dZ", (int)((exact - (double)whole) * 1000));
  return text;
}

static void add_time(val_value_t *parent, const char *name, struct json_object *seconds) {
  char text[48];
  if (*time_text(seconds, text, sizeof text) != 0) add_leaf(parent, name, text);
}

static val_value_t *add_entry(val_value_t *parent, const char *list, const char *key, const char *text) {
  val_value_t *entry = add_node(parent, list);
  if (add_leaf(entry, key, text) && val_gen_index_chain(entry->obj, entry) == NO_ERR) return entry;
  if (entry != NULL) {
    val_remove_child(entry);
    val_free_value(entry);
  }
  return NULL;
}

static const char *string_of(struct json_object *object, const char *key) {
  return json_object_get_string(json_object_object_get(object, key));
}

static bool is_true(struct json_object *object, const char *key) {
  return json_object_get_boolean(json_object_object_get(object, key));
}

static size_t count_of(struct json_object *array, size_t max) {
  size_t count = json_object_is_type(array, json_type_array) ? json_object_array_length(array) : 0;
  return count < max ? count : max;
}

/* zebra's list is flat: a next hop of BGP, "recursive", is followed by what it resolves to, which is what the kernel has. */
static void add_next_hops(val_value_t *route, struct json_object *hops) {
  size_t count = count_of(hops, 2 * NEXT_HOPS_MAX), egresses = 0, installed = 0;
  for (size_t i = 0; i < count; i++) {
    struct json_object *hop = json_object_array_get_idx(hops, i);
    if (is_true(hop, "recursive") && egresses++ < NEXT_HOPS_MAX) add_leaf(route, "egress", string_of(hop, "ip"));
  }
  for (size_t i = 0; i < count; i++) {
    struct json_object *hop = json_object_array_get_idx(hops, i), *labels = json_object_object_get(hop, "labels");
    if (is_true(hop, "recursive") || !is_true(hop, "fib") || installed++ >= NEXT_HOPS_MAX) continue;
    val_value_t *next_hop = add_node(route, "next-hop");
    add_leaf(next_hop, "address", string_of(hop, "ip"));
    add_leaf(next_hop, "interface", string_of(hop, "interfaceName"));
    add_leaf(next_hop, "vrf", string_of(hop, "vrf"));
    for (size_t j = 0; j < count_of(labels, NEXT_HOPS_MAX); j++)
      add_leaf(next_hop, "label", json_object_get_string(json_object_array_get_idx(labels, j)));
    if (is_true(hop, "unreachable")) add_boolean(next_hop, "unreachable", true);
  }
}

/* zebra names a next hop's VRF where it is another than the route's: then the route was imported. */
static bool is_imported(struct json_object *hops) {
  for (size_t i = 0; i < count_of(hops, 2 * NEXT_HOPS_MAX); i++)
    if (string_of(json_object_array_get_idx(hops, i), "vrf") != NULL) return true;
  return false;
}

static void add_family(val_value_t *vrf, const char *family, struct json_object *routes) {
  if (!json_object_is_type(routes, json_type_object)) return;
  val_value_t *table = add_node(vrf, family);
  size_t count = 0;
  add_number(table, "route-count", (size_t)json_object_object_length(routes));
  json_object_object_foreach(routes, prefix, entries) {
    if (count_of(entries, 1) == 0 || count++ >= ROUTES_MAX) continue;
    struct json_object *entry = json_object_array_get_idx(entries, 0), *hops = json_object_object_get(entry, "nexthops");
    val_value_t *route = add_entry(table, "route", "prefix", prefix);
    add_leaf(route, "protocol", string_of(entry, "protocol"));
    add_leaf(route, "origin", is_imported(hops) ? "vpn" : "local");
    add_next_hops(route, hops);
  }
}

static void add_vrf(val_value_t *state, const char *name, struct json_object *ipv4, struct json_object *ipv6) {
  val_value_t *vrf = add_entry(state, "vrf", "name", name);
  add_boolean(vrf, "present", if_nametoindex(name) != 0);
  add_family(vrf, "ipv4", json_object_object_get(ipv4, name));
  add_family(vrf, "ipv6", json_object_object_get(ipv6, name));
}

static void add_vrfs(val_value_t *state, struct json_object *ipv4, struct json_object *ipv6) {
  struct json_object *known = ipv4 != NULL ? ipv4 : ipv6;
  size_t count = 0;
  if (known != NULL) {
    json_object_object_foreach(known, name, routes) {
      (void)routes;
      if (strcmp(name, "default") != 0 && count++ < VRFS_MAX) add_vrf(state, name, ipv4, ipv6);
    }
  }
  cfg_template_t *running = cfg_get_config_id(NCX_CFGID_RUNNING);
  val_value_t *vrfs = running == NULL || running->root == NULL ? NULL : val_find_child(running->root, BAD_CAST MODULE, BAD_CAST "vrfs");
  for (val_value_t *vrf = vrfs == NULL ? NULL : val_get_first_child(vrfs); vrf != NULL; vrf = val_get_next_child(vrf)) {
    val_value_t *key = val_find_child(vrf, BAD_CAST MODULE, BAD_CAST "name");
    const char *name = key == NULL ? NULL : (const char *)VAL_STR(key);
    if (name != NULL && json_object_object_get(known, name) == NULL && count++ < VRFS_MAX) add_vrf(state, name, ipv4, ipv6);
  }
}

/* Whether that look at running saw its last change, of which netconfd keeps the second. */
static bool saw_last_change(struct json_object *looked) {
  cfg_template_t *running = cfg_get_config_id(NCX_CFGID_RUNNING);
  char text[48];
  return running != NULL && strncmp(time_text(looked, text, sizeof text), (const char *)running->last_ch_time, SECOND_CHARACTERS) >= 0;
}

static void add_alignment(val_value_t *state, const char **trouble) {
  val_value_t *alignment = add_node(state, "alignment");
  struct json_object *agent = json_object_from_file(AGENT_FILE);
  if (agent == NULL) *trouble = "the service that follows running has not written " AGENT_FILE;
  struct json_object *looked = json_object_object_get(agent, "looked"), *last = json_object_object_get(agent, "trouble");
  bool is_fresh = wall_clock() - json_object_get_double(looked) <= LOOK_SECONDS_MAX;
  add_boolean(alignment, "in-line", is_true(agent, "inLine") && is_fresh && saw_last_change(looked));
  add_time(alignment, "looked", looked);
  add_time(alignment, "changed", json_object_object_get(agent, "changed"));
  if (last != NULL) {
    val_value_t *said = add_node(alignment, "last-trouble");
    add_time(said, "time", json_object_object_get(last, "time"));
    add_leaf(said, "text", string_of(last, "text"));
  }
  json_object_put(agent);
}

/* netconfd keeps a virtual value for a second and frees it when it is asked for again later, also within the same <get>, whose filter and
   reply then point to freed memory: a filter that names the node twice suffices, when FRR is slow. So a value stays until the reply is out,
   and not longer: the next <get> asks anew. */
static void hold_answer(val_value_t *node) { node->cachetime += HELD_SECONDS; }

static status_t release_answer(ses_cb_t *session, rpc_msg_t *message, xml_node_t *method) {
  (void)session;
  (void)message;
  (void)method;
  cfg_template_t *running = cfg_get_config_id(NCX_CFGID_RUNNING);
  val_value_t *node = running == NULL || running->root == NULL ? NULL : val_find_child(running->root, BAD_CAST MODULE, BAD_CAST "vrfs-state");
  if (node != NULL) node->cachetime = 0;
  return NO_ERR;
}

static status_t get_state(ses_cb_t *session, getcb_mode_t mode, val_value_t *node, val_value_t *state) {
  (void)session;
  if (mode != GETCB_GET_VALUE) return ERR_NCX_OPERATION_NOT_SUPPORTED;
  hold_answer(node);
  const char *trouble = NULL;
  int64_t deadline_ms = monotonic_ms() + (agt_ncx_cc_active() ? PENDING_ANSWER_MS : ANSWER_MS);
  struct json_object *ipv4 = ask_zebra("show ip fib vrf all json", deadline_ms, &trouble);
  struct json_object *ipv6 = ask_zebra("show ipv6 fib vrf all json", deadline_ms, &trouble);
  add_alignment(state, &trouble);
  add_vrfs(state, ipv4, ipv6);
  if (trouble != NULL) {
    log_error("\n%s: %s", MODULE, trouble);
    add_leaf(state, "trouble", trouble);
  }
  json_object_put(ipv4);
  json_object_put(ipv6);
  return NO_ERR;
}

status_t y_wasl_frr_l3vpn_init(const xmlChar *name, const xmlChar *revision);
status_t y_wasl_frr_l3vpn_init2(void);
void y_wasl_frr_l3vpn_cleanup(void);

status_t y_wasl_frr_l3vpn_init(const xmlChar *name, const xmlChar *revision) {
  ncx_module_t *module = NULL;
  (void)name;
  status_t status = ncxmod_load_module(BAD_CAST MODULE, revision, &agt_get_profile()->agt_savedevQ, &module);
  if (status != NO_ERR) return status;
  state_object = ncx_find_object(module, BAD_CAST "vrfs-state");
  if (state_object == NULL) return ERR_NCX_DEF_NOT_FOUND;
  return agt_rpc_register_method(NC_MODULE, NCX_EL_GET, AGT_RPC_PH_POST_REPLY, release_answer);
}

status_t y_wasl_frr_l3vpn_init2(void) {
  cfg_template_t *running = cfg_get_config_id(NCX_CFGID_RUNNING);
  val_value_t *node = running == NULL || running->root == NULL ? NULL : val_new_value();
  if (node == NULL) return ERR_INTERNAL_MEM;
  val_init_virtual(node, get_state, state_object);
  val_add_child(node, running->root);
  return NO_ERR;
}

void y_wasl_frr_l3vpn_cleanup(void) {}

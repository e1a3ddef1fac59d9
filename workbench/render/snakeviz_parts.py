"""What is put into SnakeViz's page: a sentence, a few rules of style, and three short scripts."""

from __future__ import annotations

NOTE = "cProfile knows who called whom, not by which path: this picture's tree is SnakeViz's estimate. The table below it is as counted."
"""The line above the picture."""

FOOTER = "SnakeViz: Copyright 2012 Matt Davis, BSD licence, jiffyclub.github.io/snakeviz"
"""Whose picture it is, in place of a link."""

LOOKS = """
html { background: #fff; color: #16191d; }
.wb-note { font: 13px/1.45 system-ui, "Segoe UI", Helvetica, Arial, sans-serif; margin: 0 0 12px; }
.wb-note p { margin: 0 0 2px; }
.wb-frame { position: relative; }
.wb-frame button { font-size: 14px; padding: 5px 14px; }
.wb-frame select { font-size: 14px; padding: 3px 6px; }
#pstats-table td { overflow-wrap: anywhere; }
.sv-footer { color: #5c6570; font-family: monospace; }
#snakeviz-text > span { color: #5c6570; font-family: monospace; }
@media (prefers-color-scheme: dark) {
  html { background: #1c1c1c; color: #e9ecef; }
  .sv-footer, #snakeviz-text > span { color: #a3acb7; }
}
"""
"""Rules beside SnakeViz's own: its parts stand at fixed distances from the top, so they get a frame below the sentence; its controls
get smaller, so that they stay beside the picture in an output."""

TEMPLATES = """
_.template = function (text) {
  return function (values) {
    return text.replace(/<%([-=])\\s*(\\w+)\\s*%>/g, function (hole, kind, name) {
      var value = String(values[name] == null ? "" : values[name]);
      return kind === "-" ? _.escape(value) : value;
    });
  };
};
"""
"""Holes of two kinds, escaped (`<%- x %>`) and not (`<%= x %>`), as SnakeViz uses them: lodash's template makes code of its text."""

TREE = """
      // A box below a 2,500th of the whole is thinner than half a pixel, which is not drawn. Time that its parent has beside the boxes
      // kept stays with the parent.
      var sv_thinnest = 0;
      var sv_build_whole = sv_build_hierarchy;
      sv_build_hierarchy = function (name, depth, max_depth, cutoff, time, parent_name, call_stack) {
        if (depth === 0) sv_thinnest = time / 2500;
        var data = sv_build_whole(name, depth, max_depth, Math.max(cutoff, sv_thinnest / time), time, parent_name, call_stack);
        var children = data.children || [];
        var known = 0;
        for (var i = 0; i < children.length; i++) known += children[i].time;
        var last = children[children.length - 1];
        if (last && known < time) {
          if (last.name === name) last.time += time - known;
          else children.push(_.assign(_.omit(data, "children"), { time: time - known }));
        }
        return data;
      };

"""
"""Around SnakeViz's builder of the tree, which without it follows every path through functions that call each other."""

START_TREE = """
(function () {
  var text = function (id) { return document.getElementById(id).textContent; };
  var worker = document.getElementById("hierarchy-worker");
  worker.textContent = [text("sv-lodash"), text("sv-immutable"), "var stats = " + text("sv-callees") + ";", worker.textContent].join("\\n");
})();
"""
"""Gives the worker that builds the tree its libraries and its data, both of which the page has already."""

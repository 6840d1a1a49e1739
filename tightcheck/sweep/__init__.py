"""Any grid of designs and seeds, on local processes or on a Ray cluster; no finished run is lost and none repeated.

A sweep file is planned into runs (`plan`); each is done by a task (`tasks`) in a process of an engine (`local`, `cluster`)
that makes its record durable before it says that it is done (`records`).
"""

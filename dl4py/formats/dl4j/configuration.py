"""`configuration.json`: a whole network, as a MultiLayerNetwork (chain) or a ComputationGraph."""

from __future__ import annotations

from typing import Any

from dl4py.errors import ModelFileError
from dl4py.formats.dl4j.json import from_json, made, plain, same_word, to_json
from dl4py.formats.dl4j.legacy.era import era_of
from dl4py.formats.dl4j.legacy.translate import translate
from dl4py.layers import Layer
from dl4py.network.config import NetworkConfig
from dl4py.network.graph import Graph, Node
from dl4py.network.update import layer_penalties
from dl4py.plan import named
from dl4py.vertices import Vertex

LAYER_VERTEX = "org.deeplearning4j.nn.conf.graph.LayerVertex"


def write_configuration(graph: Graph, iteration: int, epoch: int) -> dict[str, Any]:
    """The object that DL4J writes for a network after `iteration` steps and `epoch` epochs."""
    config = graph.config
    top: dict[str, Any] = {
        "backpropType": {"standard": "Standard", "truncated_bptt": "TruncatedBPTT"}[config.backprop_type],
        "cacheMode": config.cache_mode.upper(),
        "dataType": config.data_type.upper(),
        "epochCount": epoch,
        "inferenceWorkspaceMode": config.inference_workspace_mode.upper(),
        "iterationCount": iteration,
        "tbpttBackLength": config.tbptt_back_length,
        "tbpttFwdLength": config.tbptt_fwd_length,
        "trainingWorkspaceMode": config.training_workspace_mode.upper(),
        "validateOutputLayerConfig": config.validate_output_layer_config,
    }
    top |= _chain(graph, epoch) if config.chain else _graph(graph)
    return dict(sorted(top.items()))


def _chain(graph: Graph, epoch: int) -> dict[str, Any]:
    preprocessors = {str(i): to_json(n.preprocessor) for i, n in enumerate(graph.nodes) if n.preprocessor}
    return {"confs": [_conf(graph, node, epoch) for node in graph.nodes], "inputPreProcessors": preprocessors}


def _graph(graph: Graph) -> dict[str, Any]:
    nodes = {node.name: node for node in graph.nodes}
    order = [*graph.inputs, *(node.name for node in graph.nodes)]
    index = {name: i for i, name in enumerate([*graph.inputs, *graph.written])}
    default = _conf(graph, None, 0)
    default["variables"] = [f"{n.name}_{p.name}" for n in graph.nodes if n.layer for p in named(n.params, "variables")]
    return {
        "defaultConfiguration": default,
        "networkInputs": list(graph.inputs),
        "networkOutputs": list(graph.outputs),
        "topologicalOrder": [index[name] for name in order],
        "topologicalOrderStr": order,
        "vertexInputs": {name: list(nodes[name].inputs) for name in graph.written},
        "vertices": {name: _vertex(graph, nodes[name]) for name in graph.written},
    }


def _vertex(graph: Graph, node: Node) -> dict[str, Any]:
    if not node.layer:
        found = to_json(_resolved(node.thing))
        return found | ({"dataType": graph.config.data_type.upper()} if "dataType" in found else {})
    return {
        "@class": LAYER_VERTEX,
        "layerConf": _conf(graph, node, 0),
        "outputVertex": False,
        "preProcessor": plain(node.preprocessor),
    }


def _conf(graph: Graph, node: Node | None, epoch: int) -> dict[str, Any]:
    config = graph.config
    return {
        "cacheMode": config.cache_mode.upper(),
        "dataType": config.data_type.upper(),
        "epochCount": epoch,
        "iterationCount": 0,
        "layer": layer_json(node.layer) if node and node.layer else None,
        "maxNumLineSearchIterations": config.max_num_line_search_iterations,
        "miniBatch": config.mini_batch,
        "minimize": config.minimize,
        "optimizationAlgo": config.optimization_algo.upper(),
        "seed": config.seed,
        "stepFunction": None,
        "variables": [p.name for p in named(node.params, "variables")] if node and _lists(node.layer) else [],
    }


def _lists(layer: Layer | None) -> bool:
    """Whether DL4J's configuration of a layer names its parameters; some wrappers keep them to the inner layer."""
    return getattr(layer, "json_variables", True)


def layer_json(layer: Layer) -> dict[str, Any]:
    """A layer's object: penalties as lists, constraints with the names of their parameters, inner layers likewise."""
    found = to_json(_resolved(layer))
    for name in layer.wraps:
        inner = layer_json(getattr(layer, name).but(name=getattr(layer, name).name or layer.name))
        found[name] = inner
        found["gradientNormalization"] = inner["gradientNormalization"]
        found["gradientNormalizationThreshold"] = inner["gradientNormalizationThreshold"]
    first = ("@class", *type(layer).json_first)
    return {name: found[name] for name in (*first, *sorted(found.keys() - set(first)))}


def _resolved(thing: Layer | Vertex) -> Layer | Vertex:
    changes: dict[str, Any] = {}
    keys = thing.trained()
    if keys is not None and id(keys) == id(thing):
        changes["regularization"] = tuple(layer_penalties(keys, bias=False))
        changes["regularization_bias"] = tuple(layer_penalties(keys, bias=True))
    if isinstance(thing, Layer) and thing.constraints:
        changes["constraints"] = tuple(
            c if c.params is None else c.but(params=_names(thing, c.params)) for c in thing.constraints
        )
    return thing.but(**changes)


def _names(layer: Layer, wanted: tuple[str, ...]) -> tuple[str, ...]:
    meant: list[str] = []
    for word in wanted:
        roles = {"weights": {"weight"}, "biases": {"bias"}, "all": {"weight", "bias"}}.get(word)
        meant += [p.name for p in layer.params() if p.role in roles] if roles else [word]
    return tuple(dict.fromkeys(meant))


def read_configuration(value: Any, where: str) -> NetworkConfig:
    """The network of a `configuration.json` of DL4J 0.5.0 or later."""
    if not isinstance(value, dict):
        raise ModelFileError(f"{where}: expected an object, found {type(value).__name__}")
    era = era_of(value)
    return _read(translate(value, era, where), where).but(era=era.steps)


def _read(value: dict[str, Any], where: str) -> NetworkConfig:
    if "confs" in value:
        return _read_chain(value, where)
    if "vertices" in value and "networkInputs" in value:
        return _read_graph(value, where)
    raise ModelFileError(
        f"{where} is no network of DL4J: neither `confs` nor `vertices` and `networkInputs` is there",
        hint="expected the configuration of a MultiLayerNetwork or a ComputationGraph",
    )


def _read_chain(value: dict[str, Any], where: str) -> NetworkConfig:
    confs = _list(value, "confs", where)
    preprocessors = _object(value, "inputPreProcessors", where)
    layers = []
    for i, conf in enumerate(confs):
        layer = _layer(conf, f"{where}:confs[{i}]")
        if str(i) in preprocessors:
            layer = layer.but(preprocessor=from_json(preprocessors[str(i)], f"{where}:inputPreProcessors.{i}"))
        layers.append(layer.but(name=layer.name or f"layer{i}"))
    if not layers:
        raise ModelFileError(f"{where}: `confs` is empty")
    return made(NetworkConfig, _common(value, confs[0]) | {"layers": tuple(layers)}, where)


def _read_graph(value: dict[str, Any], where: str) -> NetworkConfig:
    sources = _object(value, "vertexInputs", where)
    vertices = []
    for name, vertex in _object(value, "vertices", where).items():
        place = f"{where}:vertices.{name}"
        if isinstance(vertex, dict) and vertex.get("@class") == LAYER_VERTEX:
            thing = _layer(vertex.get("layerConf"), place)
            if vertex.get("preProcessor"):
                thing = thing.but(preprocessor=from_json(vertex["preProcessor"], place))
        else:
            thing = from_json(vertex, place)
        vertices.append(thing.but(name=name, inputs=_names_in(sources, name, f"{where}:vertexInputs")))
    inputs = tuple((name, None) for name in _names_in(value, "networkInputs", where))
    config = made(
        NetworkConfig,
        _common(value, _object(value, "defaultConfiguration", where))
        | {
            "vertices": tuple(vertices),
            "outputs": _names_in(value, "networkOutputs", where),
            "topological_order": _names_in({"topologicalOrderStr": []} | value, "topologicalOrderStr", where),
        },
        where,
    )
    return config.but(inputs=inputs)


def _layer(conf: Any, where: str) -> Any:
    layer = conf.get("layer") if isinstance(conf, dict) else None
    thing = from_json(layer, where)
    if not isinstance(thing, Layer):
        raise ModelFileError(f"{where}: `{type(thing).java}` is no layer")
    if isinstance(conf.get("variables"), list):
        thing = thing.with_variables(tuple(conf["variables"]))
    return thing


def _common(value: dict[str, Any], conf: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"compatibility": "dl4j"}
    for name, json in (
        ("seed", "seed"),
        ("mini_batch", "miniBatch"),
        ("minimize", "minimize"),
        ("max_num_line_search_iterations", "maxNumLineSearchIterations"),
        ("optimization_algo", "optimizationAlgo"),
    ):
        if conf.get(json) is not None:
            found[name] = conf[json]
    for name, json in (
        ("data_type", "dataType"),
        ("backprop_type", "backpropType"),
        ("tbptt_fwd_length", "tbpttFwdLength"),
        ("tbptt_back_length", "tbpttBackLength"),
        ("training_workspace_mode", "trainingWorkspaceMode"),
        ("inference_workspace_mode", "inferenceWorkspaceMode"),
        ("cache_mode", "cacheMode"),
        ("validate_output_layer_config", "validateOutputLayerConfig"),
        ("iteration_count", "iterationCount"),
        ("epoch_count", "epochCount"),
    ):
        if value.get(json) is not None:
            found[name] = value[json]
    words = {"backprop_type": ("standard", "truncated_bptt")}
    for name, choices in words.items():
        if name in found:
            found[name] = next((w for w in choices if same_word(w, str(found[name]))), found[name])
    if found.get("data_type") in ("HALF", "BFLOAT16"):
        found["data_type"] = "FLOAT"  # half numbers are stored, single ones computed with
    for name in ("data_type", "optimization_algo", "training_workspace_mode", "inference_workspace_mode", "cache_mode"):
        if isinstance(found.get(name), str):
            found[name] = found[name].lower()
    return found


def _list(value: dict[str, Any], name: str, where: str) -> list[Any]:
    found = value.get(name)
    if not isinstance(found, list):
        raise ModelFileError(f"{where}: `{name}` must be a list, found {type(found).__name__}")
    return found


def _names_in(value: dict[str, Any], name: str, where: str) -> tuple[str, ...]:
    found = _list(value, name, where) if value.get(name) is not None else []
    for word in found:
        if not isinstance(word, str):
            raise ModelFileError(f"{where}: `{name}` must hold names, found {str(word)[:60]}")
    return tuple(found)


def _object(value: dict[str, Any], name: str, where: str) -> dict[str, Any]:
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise ModelFileError(f"{where}: `{name}` must be an object, found {type(found).__name__}")
    return found

from ecgmodel.network.config import NetworkConfig
from ecgmodel.network.cost import count_gate_weights, count_recurrent_multiply_adds

for cell in ("gru", "lstm"):
    config = NetworkConfig(cell=cell)
    gates = count_gate_weights(config)
    for gate in gates:
        print(cell, gate.gate, gate.inputs, "+", gate.recurrent, "+", gate.bias, "=", gate.total)
    print(cell, "weights", sum(gate.total for gate in gates))
    print(cell, "multiply-adds", count_recurrent_multiply_adds(config))

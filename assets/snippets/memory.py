from ecgmodel.network.teaching.plain_rnn import impulse, memory_span, run_plain_rnn

WEIGHT = 0.9

memory = run_plain_rnn(impulse(60), w=WEIGHT)
print("h(59)          ", memory.state[59])
print("dh(59)/dh(0)   ", memory.gradient[59])
print("below 1 % from step", memory_span(memory))

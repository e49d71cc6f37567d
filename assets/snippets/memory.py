import numpy as np

WEIGHT = 0.9

x = np.zeros(60)
x[0] = 1.0  # one impulse
h, gradient = 0.0, 1.0
for t in range(60):
    h = np.tanh(WEIGHT * h + x[t])
    gradient *= WEIGHT * (1 - h**2) if t > 0 else 1.0  # dh(t)/dh(0)
    if t % 10 == 9:
        print(f"step {t}: h = {h:.4f}, gradient {gradient:.2e}")

"""Google Colab without Google: its versions, a kernel that behaves as its kernel does. `make test-colab`."""
